#!/usr/bin/env bash
. ../common.sh
row native
