"""The portal's own PostgreSQL and Redis, run from pip wheels where no server is named in the environment.

Standard library only: it runs before Django's settings can be read.
"""

from cnscd_portal.services.errors import ServicesError
from cnscd_portal.services.launcher import Services

__all__ = ["Services", "ServicesError"]
