"""The packaged target server (csrc/target)."""

def serve(port: int, tls: bool, cert_file: str | None) -> None:
    """Answers until SIGINT or SIGTERM; prints where it listens. Port 0: any free one. The
    certificate is written to cert_file unless None. OSError when it cannot listen."""
