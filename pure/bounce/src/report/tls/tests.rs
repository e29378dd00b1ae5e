//! The form of the mail, read by another parser.

use super::*;
use mail_parser::{MessageParser, MimeHeaders as _};

#[test]
fn a_report_on_tls_has_the_form_of_the_rfc() {
    let gzip: Vec<u8> = (0..=255).cycle().take(1_000).collect();
    let (from, to) = ("tlsrpt@relay.example".parse().unwrap(), "reports@customer.example".parse().unwrap());
    let report = TlsReport {
        id: MessageId::new("2026-11-28T01:00:00Z".parse().unwrap(), [7; 10]),
        from: &from,
        to: &to,
        domain: "customer.example",
        submitter: "relay.example",
        report_id: "2026-11-27.customer.example@in.relay.example",
        file_name: "relay.example!customer.example!1795737600!1795823999!x.json.gz",
        media_type: "application/tlsrpt+gzip",
        gzip: &gzip,
        now: "2026-11-28T01:00:00Z".parse().unwrap(),
    };
    let bytes = report.to_bytes();
    let message = MessageParser::new().parse(&bytes).unwrap();
    let subject = "Report Domain: customer.example Submitter: relay.example Report-ID: <2026-11-27.customer.example@in.relay.example>";
    assert_eq!(message.subject(), Some(subject));
    let header = |name| message.header_raw(name).map(str::trim);
    assert_eq!(header("TLS-Report-Domain"), Some("customer.example"));
    assert_eq!(header("TLS-Report-Submitter"), Some("relay.example"));
    assert_eq!(header("From"), Some("<tlsrpt@relay.example>"));
    let kind = message.content_type().unwrap();
    assert_eq!((kind.ctype(), kind.subtype()), ("multipart", Some("report")));
    assert_eq!(kind.attribute("report-type"), Some("tlsrpt"));
    let attached = message.attachment(0).unwrap();
    assert_eq!((attached.contents(), attached.attachment_name()), (gzip.as_slice(), Some(report.file_name)));
    assert_eq!(attached.content_type().unwrap().subtype(), Some("tlsrpt+gzip"));
    assert!(bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 998 && line.is_ascii()));
    let envelope = report.envelope(&bytes);
    assert!(envelope.mail_from.mailbox().is_none() && envelope.recipients[0].address == to);
}
