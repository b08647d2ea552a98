"""Préau: a self-hosted video-meeting platform; two servers (`preau.sfu`, `preau.meet`) with one seam."""
