#!/usr/bin/env bash
. ../../common.sh
openapi_generator ruby
find "$WORK/client/lib" call.rb -name '*.rb' -print0 | xargs -0 -n 1 ruby -wc
ruby -w -I "$WORK/client/lib" -r openapi_client -e 'OpenapiClient.constants.each { |name| OpenapiClient.const_get(name) }'
say compiles
ruby -I "$WORK/client/lib" call.rb >&3
