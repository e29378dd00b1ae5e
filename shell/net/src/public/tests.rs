use super::*;

#[test]
fn only_the_public_internet_is_public() {
    let rows = [
        ("93.184.215.14", true),
        ("8.8.8.8", true),
        ("100.63.0.1", true),
        ("100.64.0.1", false),
        ("10.1.2.3", false),
        ("172.16.0.1", false),
        ("192.168.1.1", false),
        ("127.0.0.1", false),
        ("0.0.0.0", false),
        ("169.254.169.254", false),
        ("192.0.0.8", false),
        ("192.0.2.1", false),
        ("198.18.0.1", false),
        ("198.20.0.1", true),
        ("224.0.0.1", false),
        ("255.255.255.255", false),
        ("::", false),
        ("::1", false),
        ("::ffff:10.0.0.1", false),
        ("::ffff:8.8.8.8", true),
        ("::127.0.0.1", false),
        ("fe80::1", false),
        ("fd00::1", false),
        ("ff02::1", false),
        ("2001:db8::1", false),
        ("2001:0:1::1", false),
        ("2606:4700::1", true),
        ("64:ff9b::a00:1", false),
        ("64:ff9b::808:808", true),
        ("2002:7f00:1::1", false),
        ("2002:808:808::1", true),
    ];
    for (address, wanted) in rows {
        assert_eq!(is_public(address.parse().unwrap()), wanted, "{address}");
    }
}
