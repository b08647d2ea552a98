"""`preau serve`: one public port, two processes behind it.

This package owns the public port and the lives of its children, `preau.meet` and `preau.sfu`. It knows
neither from the inside: it starts them as programs and speaks HTTP to them, so that either can die or be
replaced while the other goes on. It looks into no body, keeps no state and writes no access log.
"""
