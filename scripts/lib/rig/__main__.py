# SPDX-License-Identifier: GPL-2.0-only
"""Boots a guest and runs a command in it: see the options' help."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# pylint: disable=wrong-import-position
from rig import channel, hosts, options, parts, session  # noqa: E402

STATUS_TIME_UP = 124
STATUS_RIG_FAILED = 125


def main():
    try:
        opts = options.parse(sys.argv[1:])
    except options.UsageError as error:
        print(f'rig: {error}', file=sys.stderr)
        return STATUS_RIG_FAILED
    session.catch_signals()
    run = None
    try:
        run = hosts.create(opts)
        return run.execute()
    except session.TimeUp:
        session.report(run, f'time is up after {opts.timeout:g} s, while {run.doing}', 40)
        return STATUS_TIME_UP
    except (session.RigError, parts.PartsError, channel.ChannelError, OSError) as error:
        session.report(run, str(error), 40)
        return STATUS_RIG_FAILED
    except session.Interrupted as signal:
        return 128 + signal.number
    finally:
        if run:
            run.stop()


if __name__ == '__main__':
    sys.exit(main())
