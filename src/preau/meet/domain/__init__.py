"""What is true about accounts and meetings. Standard library only; no I/O, clock or randomness."""
