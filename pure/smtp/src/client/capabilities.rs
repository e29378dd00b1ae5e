//! What the server offered in its reply to EHLO (RFC 5321 §4.1.1.1), read without regard to case; unknown words are ignored.

use super::limits::HostLimits;
use model::Reply;

/// The extensions that we can use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Capabilities {
    /// SIZE was offered (RFC 1870).
    pub size: bool,
    /// Its figure, if one was given and is not 0.
    pub size_max: Option<u64>,
    pub pipelining: bool,
    pub chunking: bool,
    pub eightbitmime: bool,
    pub smtputf8: bool,
    pub dsn: bool,
    pub starttls: bool,
    pub requiretls: bool,
    pub binarymime: bool,
    pub enhanced_codes: bool,
    /// AUTH with these mechanisms (RFC 4954).
    pub auth_plain: bool,
    pub auth_login: bool,
    /// LIMITS (RFC 9422).
    pub limits: HostLimits,
}

impl Capabilities {
    /// Reads the lines after the first of a positive reply to EHLO.
    #[must_use]
    pub fn of(reply: &Reply) -> Self {
        let mut offered = Self::default();
        for line in reply.lines.iter().skip(1) {
            offered.add(&String::from_utf8_lossy(line));
        }
        offered
    }

    fn add(&mut self, line: &str) {
        // Some old servers write `SIZE=n`, from a time before the standard.
        let mut words = line.split([' ', '=']).filter(|word| !word.is_empty());
        let keyword = words.next().unwrap_or_default().to_ascii_uppercase();
        match keyword.as_str() {
            "SIZE" => {
                self.size = true;
                self.size_max =
                    words.next().and_then(|figure| figure.parse().ok()).filter(|figure| *figure > 0);
            }
            "LIMITS" => self.limits.add(line.trim_start().get("LIMITS".len()..).unwrap_or_default()),
            "PIPELINING" => self.pipelining = true,
            "CHUNKING" => self.chunking = true,
            "8BITMIME" => self.eightbitmime = true,
            "SMTPUTF8" => self.smtputf8 = true,
            "DSN" => self.dsn = true,
            "REQUIRETLS" => self.requiretls = true,
            "STARTTLS" => self.starttls = true,
            "BINARYMIME" => self.binarymime = true,
            "ENHANCEDSTATUSCODES" => self.enhanced_codes = true,
            // Some old servers write `AUTH=LOGIN`, which reads the same here.
            "AUTH" => {
                for mechanism in words {
                    self.auth_plain |= mechanism.eq_ignore_ascii_case("PLAIN");
                    self.auth_login |= mechanism.eq_ignore_ascii_case("LOGIN");
                }
            }
            _ => {}
        }
    }
}
