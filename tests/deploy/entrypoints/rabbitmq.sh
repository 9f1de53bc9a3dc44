#!/bin/bash
# What docker-compose.yml uses of the entrypoint of the image rabbitmq:…-management: RABBITMQ_CONFIG_FILES, the plugins that it has on.
set -eu
export HOME=/var/lib/rabbitmq RABBITMQ_ENABLED_PLUGINS_FILE=/etc/rabbitmq/enabled_plugins RABBITMQ_LOG_BASE=/var/log/rabbitmq RABBITMQ_LOGS=-
exec /usr/lib/rabbitmq/bin/rabbitmq-server
