//! What a server says of its limits in its reply to EHLO (RFC 9422), so that nobody has to run into them to know them.
//!
//! A value that is no number of one to six digits from 1 on, and a name that is not known, are passed over (RFC 9422 §3).

/// The limits of one server; none: it says nothing of that one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HostLimits {
    /// Transactions over one connection: MAILMAX.
    pub mail_max: Option<u32>,
    /// Recipients of one transaction: RCPTMAX.
    pub rcpt_max: Option<u32>,
    /// Domains of the recipients of one transaction: RCPTDOMAINMAX.
    pub rcpt_domain_max: Option<u32>,
}

impl HostLimits {
    /// Reads what stands behind the keyword LIMITS.
    pub(super) fn add(&mut self, parameters: &str) {
        for (name, value) in parameters.split(' ').filter_map(|word| word.split_once('=')) {
            let Some(value) = number(value) else { continue };
            match name.to_ascii_uppercase().as_str() {
                "MAILMAX" => self.mail_max = Some(value),
                "RCPTMAX" => self.rcpt_max = Some(value),
                "RCPTDOMAINMAX" => self.rcpt_domain_max = Some(value),
                _ => {}
            }
        }
    }
}

fn number(value: &str) -> Option<u32> {
    let is_number = (1..=6).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|value| is_number && *value > 0)
}

#[cfg(test)]
mod tests;
