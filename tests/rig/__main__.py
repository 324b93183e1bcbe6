"""python -m rig [VERSION...]: prepare the real Asterisks that the tests start, once for this machine."""

import sys

from rig.errors import RigError
from rig.roots import SUITES, prepare

if __name__ == "__main__":
    try:
        for version in sys.argv[1:] or SUITES:
            if version not in SUITES:
                raise RigError(f"there is no Asterisk {version} here, only {' and '.join(SUITES)}")
            prepare(version)
    except KeyboardInterrupt:
        sys.exit(130)
    except RigError as e:
        sys.exit(str(e))
