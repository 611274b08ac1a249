# SPDX-License-Identifier: GPL-2.0-only
"""Boots a guest and runs a command in it: see the options' help."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# pylint: disable=wrong-import-position
from rig import channel, hosts, options, parts, session  # noqa: E402

STATUS_TIME_UP = 124
STATUS_RIG_FAILED = 125

FAILURES = (session.TimeUp, session.RigError, parts.PartsError, channel.ChannelError, OSError)


def main():
    try:
        opts = options.parse(sys.argv[1:])
    except options.UsageError as error:
        print(f'rig: {error}', file=sys.stderr)
        return STATUS_RIG_FAILED
    status = None
    for left in reversed(range(opts.tries)):
        status = one_try(opts, left > 0)
        if status is not None:
            break
    return status


def one_try(opts, may_fail):
    """Returns the exit status, or None if there is to be another try."""
    run = None
    try:
        session.catch_signals()
        run = hosts.create(opts, may_fail)
        try:
            return run.execute()
        except FAILURES as error:
            reason = run.emulator_failure(error) if may_fail else None
            if not reason:
                raise
            print(f'rig: the emulated host failed ({reason}), trying once more; '
                  f'its serial log is in {run.keep_log(reason)}', file=sys.stderr)
            return None
    except FAILURES as error:
        session.report(run, session.describe(run, error), 40)
        return STATUS_TIME_UP if isinstance(error, session.TimeUp) else STATUS_RIG_FAILED
    except session.Interrupted as signal:
        return 128 + signal.number
    finally:
        if run:
            run.stop()


if __name__ == '__main__':
    sys.exit(main())
