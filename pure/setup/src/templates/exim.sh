#!/bin/sh
# Exim and Signpost, for one tenant: what its people submit goes to Signpost and returns to this machine, which delivers it.
#
#   sh FILE prepare   writes four files of the split configuration; nothing is routed yet. Then: update-exim4.conf, restart Exim
#   sh FILE on        routes mail of the tenant's senders that comes from this machine, from relay_from_hosts or with a login
#   sh FILE off       THE EMERGENCY SWITCH: new and waiting mail leaves without a signature, at once, without a restart. Undo: on
#   sh FILE remove    undoes prepare. Then: update-exim4.conf, restart Exim
#
# Exim 4.94 or later with Debian's split configuration (dc_use_split_config='true'); run it as root. Every step may be repeated.
# Elsewhere: set CONF, and take main/00_signpost into the beginning of your configuration, acl/25_signpost after "begin acl",
# router/050_signpost as the first router and transport/30_signpost after "begin transports", each with .include.
# DKIM needs no change: your own transport signs when the message leaves, which is after its return.
set -eu

STEP=${1:-}
CONF=${CONF:-/etc/exim4}
GROUP=${GROUP:-Debian-exim}
PARTS=$CONF/conf.d

fact() { printf 'signpost: %s\n' "$*"; }

write_files() {
    mkdir -p "$PARTS/main" "$PARTS/acl" "$PARTS/router" "$PARTS/transport"
    # The files name their own folder.
    cat > "$PARTS/main/00_signpost" <<END_OF_FILE
SIGNPOST_CONF = $CONF
END_OF_FILE
    cat >> "$PARTS/main/00_signpost" <<'END_OF_FILE'
# A site that has its own MAIN_ACL_CHECK_RCPT lets acl_signpost_rcpt come before it.
.ifndef MAIN_ACL_CHECK_RCPT
MAIN_ACL_CHECK_RCPT = acl_signpost_rcpt
.endif
hostlist signpost_sources = <; @@SOURCES@@
END_OF_FILE
    cat > "$PARTS/acl/25_signpost" <<'END_OF_FILE'
# What returns from Signpost may go anywhere, if it is the tenant's or a report.
acl_signpost_rcpt:
  accept
    hosts = +signpost_sources
    senders = : @@SENDERS@@
  require
    acl = acl_check_rcpt
  accept
END_OF_FILE
    cat > "$PARTS/router/050_signpost" <<'END_OF_FILE'
# To Signpost, unless it comes from there: by its address, and by the header in case the address is translated.
signpost:
  debug_print = "R: signpost for $local_part@$domain"
  driver = manualroute
  senders = @@SENDERS@@
  condition = ${if exists{SIGNPOST_CONF/signpost.on}}
  condition = ${if !match_ip{$sender_host_address}{+signpost_sources}}
  condition = ${if !match{$h_X-Signpost-Processed:}{\N(^|\s)@@WORD@@(\s|$)\N}}
  condition = ${if or{{eq{$sender_host_address}{}}{def:authenticated_id}{match_ip{$sender_host_address}{+relay_from_hosts}}}}
  transport = signpost
  route_list = * @@HOST@@::@@PORT@@
  host_find_failed = defer
  # Signpost may run on this machine; it is another program at another port.
  self = send
END_OF_FILE
    cat > "$PARTS/transport/30_signpost" <<'END_OF_FILE'
signpost:
  debug_print = "T: signpost for $local_part@$domain"
  driver = smtp
  allow_localhost
  hosts_require_tls = *
@@TRANSPORT@@
END_OF_FILE
@@KEY@@
}

case $STEP in
    prepare) write_files; fact 'written; nothing is routed yet. Next: update-exim4.conf and restart Exim, then: on' ;;
    on)
        [ -e "$PARTS/router/050_signpost" ] || { fact 'first: prepare'; exit 1; }
        touch "$CONF/signpost.on"
        fact 'on. Undo: off'
        ;;
    off) rm -f "$CONF/signpost.on"; fact 'OFF: mail leaves without a signature; what is at Signpost still returns. Undo: on' ;;
    remove)
        rm -f "$CONF/signpost.on" "$CONF/signpost.key" "$PARTS/main/00_signpost" "$PARTS/acl/25_signpost"
        rm -f "$PARTS/router/050_signpost" "$PARTS/transport/30_signpost"
        fact 'removed. Next: update-exim4.conf and restart Exim. Undo: prepare'
        ;;
    *) fact 'say prepare, on, off or remove'; exit 2 ;;
esac
