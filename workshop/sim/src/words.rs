//! What hosts say, as they said it to others: each line is of the corpus of `pure/bounce` or of a rule's sample, with our address in its place.

use model::{Address, EnhancedCode, Reply, ReplyCode, Source, Timestamp};

pub(crate) const BUSY: &str = "451 4.3.2 Temporary server error. Please try again later ATTR2.1";
pub(crate) const GREYLISTED: &str = "451 4.7.1 Greylisting in action, please come back later";
pub(crate) const SPAM: &str = "550 5.7.1 Message rejected as spam by Content Filtering.";
pub(crate) const UNALIGNED: &str = "550 5.7.26 Unauthenticated email from dove.example is not accepted due to domain's DMARC \
    policy. Please contact the administrator of dove.example domain if this was a legitimate mail.";

pub(crate) fn listed(is_microsoft: bool, list: usize, source: &Source) -> String {
    let ip = source.address;
    match (is_microsoft, list) {
        (true, _) => format!(
            "550 5.7.1 Service unavailable, Client host [{ip}] blocked using Spamhaus. To request removal from this list see \
                https://www.spamhaus.org/query/ip/{ip} (AS16012609)"
        ),
        (false, 0) => format!(
            "554 5.7.1 Service unavailable; Client host [{ip}] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/{ip}"
        ),
        (false, _) => format!(
            "554 5.7.1 Service unavailable; Client host [{ip}] blocked using bl.spamcop.net; Blocked - see https://www.spamcop.net/bl.shtml?{ip}"
        ),
    }
}

pub(crate) fn banned(is_microsoft: bool, source: &Source) -> String {
    let ip = source.address;
    if is_microsoft {
        return format!(
            "550 5.7.606 Access denied, banned sending IP [{ip}]. To request removal from this list please visit \
                https://sender.office.com/ and follow the directions. For more information please go to \
                http://go.microsoft.com/fwlink/?LinkID=526655 AS(1430)"
        );
    }
    "554 5.7.1 Connection refused: your IP address has a poor reputation".to_owned()
}

pub(crate) fn limits(is_microsoft: bool, source: &Source) -> String {
    let ip = source.address;
    if is_microsoft {
        return format!(
            "451 4.7.651 The mail server [{ip}] has been temporarily rate limited due to IP reputation. For e-mail delivery \
                information, see https://postmaster.live.com (S775)"
        );
    }
    "452 4.4.5 Rate limit exceeded, try again later.".to_owned()
}

pub(crate) fn not_the_tenants(is_microsoft: bool, source: &Source) -> String {
    if is_microsoft {
        return "550 5.7.64 TenantAttribution; Relay Access Denied [ValidationStatus of '' is EmptyCertificate] \
            [VI1EUR04FT005.eop-eur04.prod.protection.outlook.com]".to_owned();
    }
    format!(
        "550 5.7.1 Invalid credentials for relay [{}]. The IP address you've registered in your G Suite SMTP Relay service \
            doesn't match the domain of the account this email is being sent from. s15 - gsmtp",
        source.address
    )
}

pub(crate) fn unknown(is_microsoft: bool, address: &Address) -> String {
    if is_microsoft {
        return "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"
            .to_owned();
    }
    format!("550 5.1.1 <{address}>: Recipient address rejected: User unknown in virtual mailbox table")
}

pub(crate) fn full(address: &Address) -> String {
    format!("552 5.2.2 <{address}>: Recipient address rejected: Mailbox full")
}

/// Nobody ever saw it; a number in it changes each time.
pub(crate) fn riddle(now: Timestamp) -> String {
    format!("554 5.9.9 The gatekeeper dreams of snow ({})", now.as_micros() % 100_000)
}

/// The reply that the text is.
pub(crate) fn reply(text: &str) -> Reply {
    let (code, rest) = text.split_at(3);
    let rest = rest.trim_start();
    let enhanced = rest.split_ascii_whitespace().next().and_then(|word| word.parse::<EnhancedCode>().ok());
    let said = if enhanced.is_some() { rest.split_once(' ').map_or("", |(_, said)| said) } else { rest };
    Reply { code: ReplyCode(code.parse().unwrap_or(554)), enhanced, lines: vec![said.as_bytes().to_vec()] }
}
