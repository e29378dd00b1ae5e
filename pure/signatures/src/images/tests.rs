//! Which files are pictures.

use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n...";

#[test]
fn kind_follows_name_and_content() {
    let rows: [(&str, &[u8], Result<&str, ImageError>); 7] = [
        ("logo.png", PNG, Ok("image/png")),
        ("Logo.PNG", PNG, Ok("image/png")),
        ("a.jpeg", b"\xff\xd8\xff\xe0", Ok("image/jpeg")),
        ("a.gif", b"GIF89a", Ok("image/gif")),
        ("a.gif", PNG, Err(ImageError::Content("image/gif"))),
        ("a.svg", b"<svg/>", Err(ImageError::Kind)),
        ("a b.png", PNG, Err(ImageError::Name)),
    ];
    for (name, bytes, expected) in rows {
        assert_eq!(Image::new(name, bytes).map(|image| image.media_type), expected, "{name}");
    }
}

#[test]
fn a_large_picture_is_refused_with_its_size() {
    let mut bytes = PNG.to_vec();
    bytes.resize(IMAGE_LEN_MAX + 1, 0);
    assert_eq!(Image::new("a.png", &bytes), Err(ImageError::TooLarge(IMAGE_LEN_MAX + 1)));
}
