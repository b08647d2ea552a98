"""Use cases: one public function is one transaction. The world is behind the Protocols of `ports`."""
