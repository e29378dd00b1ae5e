use super::ProcessedKey;
use model::{MessageId, TenantName, Timestamp};

fn name(text: &str) -> TenantName {
    text.parse().unwrap()
}

#[test]
fn only_the_same_key_tenant_and_id_are_ours() {
    let key = ProcessedKey::new(&[1; 32]);
    let id = MessageId::new(Timestamp::from_micros(1), [7; 10]);
    let value = key.value(&name("acme"), "acme-4f1c", id);
    assert!(key.is_ours(&name("acme"), &value));
    assert!(!key.is_ours(&name("other"), &value));
    assert!(!ProcessedKey::new(&[2; 32]).is_ours(&name("acme"), &value));
    let other = MessageId::new(Timestamp::from_micros(1), [8; 10]).to_string();
    assert!(!key.is_ours(&name("acme"), &value.replace(&id.to_string(), &other)));
}

#[test]
fn another_form_is_nobodys() {
    let key = ProcessedKey::new(&[1; 32]);
    for value in ["", "v1", "v1 acme-4f1c", "v2 a b c", "v1 word id tag more"] {
        assert!(!key.is_ours(&name("acme"), value), "{value}");
    }
}
