#!/usr/bin/env bash
. ../../common.sh
openapi_generator php
find "$WORK/client/lib" autoload.php call.php load.php -name '*.php' -print0 | xargs -0 -n 1 php -l
php load.php "$WORK/client/lib"
say compiles
php call.php "$WORK/client/lib" >&3
