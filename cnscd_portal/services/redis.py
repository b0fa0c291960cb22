"""The embedded Redis: broker, cache and sessions, kept on disk so that a queued task survives a crash."""

import signal
import socket
from contextlib import suppress
from pathlib import Path

from cnscd_portal.services.places import Places
from cnscd_portal.services.server import Server


class Redis(Server):
    title = "Redis"
    process_name = "redis-server"
    stop_steps = ((signal.SIGTERM, 30.0), (signal.SIGKILL, 5.0))

    def __init__(self, places: Places, sockets: Path, say, *, durable: bool = True) -> None:
        super().__init__(places, sockets, say, durable=durable)
        self.data = places.data / "redis"
        self.socket = sockets / "redis.sock"
        self.url = f"unix://{self.socket}"

    def ready(self, pid: int) -> bool:
        """Whether it answers PING; while it loads its file it answers -LOADING."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(1.0)
            try:
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(64).startswith(b"+PONG")
            except OSError:
                return False

    def command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        command = [str(self.places.programs.redis_server)]
        for name, value in options.items():
            command += [f"--{name}", value]
        return command

    def prepare(self) -> None:
        self.data.mkdir(mode=0o700, exist_ok=True)
        self.places.account.owns(self.data)
        with suppress(FileNotFoundError):
            self.socket.unlink()
