#!/usr/bin/env python
"""Django's command line for the portal. Brings up its own PostgreSQL and Redis where the environment names none."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cnscd_portal.settings")
    from django.core.management import execute_from_command_line

    from cnscd_portal.services.environment import for_command

    with for_command(sys.argv):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
