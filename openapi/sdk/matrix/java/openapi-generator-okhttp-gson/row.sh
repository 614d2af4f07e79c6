#!/usr/bin/env bash
. ../common.sh
row okhttp-gson
