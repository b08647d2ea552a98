"""Media servers side by side: CPU per delivered packet, latency, memory. See bench/README.md."""
