//! Templates: any source is refused with its file named, or renders within bounds.

use signatures::{Form, SignatureName, Templates};

pub(crate) fn templates(data: &[u8]) {
    let source = String::from_utf8_lossy(data);
    let name: SignatureName = "any".parse().expect("a name");
    let mut templates = Templates::default();
    for form in [Form::Html, Form::Text] {
        if let Err(error) = templates.add(&name, form, &source) {
            assert!(error.file.contains("any"), "{error:?} names no file");
            return;
        }
    }
    let columns = ["display_name", "phone", "title"].map(str::to_owned);
    for error in templates.try_out(&columns) {
        assert!(error.file.contains("any") && !error.reason.is_empty(), "{error:?} says nothing");
    }
}
