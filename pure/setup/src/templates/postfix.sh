#!/bin/sh
# Postfix and Signpost, for one tenant: what its people submit goes to Signpost and returns to this machine, which delivers it.
#
#   sh FILE prepare   files, the way to Signpost, the way back; nothing is routed yet
#   sh FILE on        routes what is submitted (the services of SERVICES) by senders of the tenant's domains
#   sh FILE off       THE EMERGENCY SWITCH: new mail leaves without a signature, at once. Undo: on
#   sh FILE remove    undoes prepare
#
# Postfix 3.4 or later; run it as root on the machine of Postfix. Every step may be repeated.
# If a milter signs with DKIM, take it from the submission services (-o smtpd_milters=) and keep it on the way back: the signature
# of the body has to be made after Signpost has changed the body.
set -eu

STEP=${1:-}
# Where the tenant's people submit. Mail from the internet (smtp/inet) must not be among them: it is not the tenant's.
SERVICES=${SERVICES:-submission smtps submissions}

CONFIG=$(postconf -h config_directory)
RETURN_PORT=@@RETURN_PORT@@
SENDERS="check_sender_access regexp:$CONFIG/signpost_senders"
SOURCES="check_client_access cidr:$CONFIG/signpost_sources"

fact() { printf 'signpost: %s\n' "$*"; }

# A parameter of a service, without those of main.cf; nothing where the service has none.
own() { postconf -Ph "$1" 2>/dev/null || true; }

has_service() { [ -n "$(postconf -M "$1" 2>/dev/null)" ]; }

write_files() {
    cat > "$CONFIG/signpost_senders" <<'END_OF_FILE'
@@SENDERS@@
END_OF_FILE
    cat > "$CONFIG/signpost_sources" <<'END_OF_FILE'
@@SOURCES@@
END_OF_FILE
    (umask 077 && cat > "$CONFIG/signpost_headers") <<'END_OF_FILE'
@@HEADERS@@
END_OF_FILE
}

# The way to Signpost. smtp_header_checks put the secret in, here only.
make_transport() {
    postconf -M signpost/unix='signpost unix - - n - 10 smtp'
    postconf -P signpost/unix/syslog_name=postfix/signpost
    postconf -P signpost/unix/smtp_header_checks="regexp:$CONFIG/signpost_headers"
@@TLS@@
}

# The way back. Only the addresses of Signpost may use it, and what comes by it is not routed again.
make_return() {
    if [ "$RETURN_PORT" = 25 ]; then
        present=$(postconf -h smtpd_relay_restrictions)
        case $present in
            "$SOURCES"*) ;;
            *) postconf "smtpd_relay_restrictions = $SOURCES, $present" ;;
        esac
        return
    fi
    postconf -M "$RETURN_PORT/inet=$RETURN_PORT inet n - n - - smtpd"
    postconf -P "$RETURN_PORT/inet/syslog_name=postfix/signpost-return"
    postconf -P "$RETURN_PORT/inet/content_filter="
    postconf -P "$RETURN_PORT/inet/smtpd_tls_security_level=@@RETURN_TLS@@"
    postconf -P "$RETURN_PORT/inet/smtpd_sasl_auth_enable=no"
    only=$(printf '%s,reject' "$SOURCES" | tr ' ' ,)
    postconf -P "$RETURN_PORT/inet/smtpd_client_restrictions=$only"
    postconf -P "$RETURN_PORT/inet/smtpd_helo_restrictions="
    postconf -P "$RETURN_PORT/inet/smtpd_sender_restrictions="
    postconf -P "$RETURN_PORT/inet/smtpd_relay_restrictions=$only"
    postconf -P "$RETURN_PORT/inet/smtpd_recipient_restrictions="
    postconf -P "$RETURN_PORT/inet/receive_override_options=no_unknown_recipient_checks,no_header_body_checks"
}

# master.cf takes no value with a space, so the list stands in main.cf under a name of its own.
list_name() { printf 'signpost_%s_restrictions' "$(printf %s "$1" | tr -c 'a-zA-Z0-9' _)"; }

switch_on() {
    has_service signpost/unix || { fact 'first: prepare'; exit 1; }
    switched=0
    for service in $SERVICES; do
        has_service "$service/inet" || continue
        switched=$((switched + 1))
        list=$(list_name "$service")
        name="$service/inet/smtpd_sender_restrictions"
        present=$(own "$name")
        [ "$present" != "\$$list" ] || continue
        # What the service had before, for off; then the restrictions of everybody stay in force behind ours.
        printf '%s' "$present" > "$CONFIG/$list"
        [ -n "$present" ] || present=$(postconf -h smtpd_sender_restrictions)
        postconf "$list = $SENDERS${present:+, $present}"
        postconf -P "$name=\$$list"
        fact "$service: on"
    done
    [ "$switched" -gt 0 ] || { fact "none of the services '$SERVICES' is in master.cf; name yours: SERVICES='..' sh FILE on"; exit 1; }
}

switch_off() {
    for service in $SERVICES; do
        has_service "$service/inet" || continue
        list=$(list_name "$service")
        name="$service/inet/smtpd_sender_restrictions"
        [ "$(own "$name")" = "\$$list" ] || continue
        before=$(cat "$CONFIG/$list")
        if [ -n "$before" ]; then postconf -P "$name=$before"; else postconf -PX "$name"; fi
        postconf -X "$list"
        rm -f "$CONFIG/$list"
        fact "$service: off"
    done
}

remove() {
    switch_off
    postconf -MX signpost/unix
    if [ "$RETURN_PORT" = 25 ]; then
        present=$(postconf -h smtpd_relay_restrictions)
        postconf "smtpd_relay_restrictions = ${present#"$SOURCES, "}"
    else
        postconf -MX "$RETURN_PORT/inet"
    fi
    rm -f "$CONFIG/signpost_senders" "$CONFIG/signpost_sources" "$CONFIG/signpost_headers"
}

case $STEP in
    prepare) write_files; make_transport; make_return; fact 'prepared; nothing is routed yet. Next: on' ;;
    on) switch_on; fact 'on. Undo: off' ;;
    off) switch_off; fact 'OFF: new mail leaves without a signature; what is at Signpost still returns. Undo: on' ;;
    remove) remove; fact 'removed. Undo: prepare' ;;
    *) fact 'say prepare, on, off or remove'; exit 2 ;;
esac
postfix check
# A Postfix that does not run needs no reload.
! postfix status 2>/dev/null || postfix reload
