//! What templates give, and what they cannot do.

use super::*;

fn person(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(column, text)| ((*column).to_owned(), (*text).to_owned())).collect()
}

fn templates(html: Option<&str>, text: Option<&str>) -> Templates {
    let mut templates = Templates::default();
    let name = "s".parse().unwrap();
    for (form, source) in [(Form::Html, html), (Form::Text, text)] {
        if let Some(source) = source {
            templates.add(&name, form, source).unwrap();
        }
    }
    templates
}

#[expect(clippy::unwrap_in_result, reason = "the name is a constant")]
fn render(html: Option<&str>, text: Option<&str>, pairs: &[(&str, &str)]) -> Result<Rendered, TemplateError> {
    let images = Arc::new(BTreeSet::from(["logo.png".to_owned()]));
    templates(html, text).render(&"s".parse().unwrap(), &person(pairs), &images, ContentIds::default())
}

#[test]
fn directory_values_never_become_markup() {
    let pairs = [("title", "VP \"Asia\" <Sales>"), ("name", "a'/*&amp;")];
    let rendered = render(Some("<b title=\"{{ title }}\">{{ name }}</b>"), None, &pairs).unwrap();
    assert_eq!(rendered.html, "<b title=\"VP &quot;Asia&quot; &lt;Sales&gt;\">a&#x27;&#x2f;*&amp;amp;</b>");
    assert_eq!(rendered.text, "a'/*&amp;\n");
    let plain = render(None, Some("{{ title }}"), &pairs).unwrap();
    assert_eq!(plain.text, "VP \"Asia\" <Sales>\n");
    assert_eq!(plain.html, "VP &quot;Asia&quot; &lt;Sales&gt;");
}

#[test]
fn control_characters_of_values_do_not_reach_a_message() {
    let pairs = [("name", "Anna\r\nBcc: all@acme.example\0\u{1b}[0m\u{85}")];
    let rendered = render(Some("{{ name }}"), Some("{{ name }}"), &pairs).unwrap();
    assert_eq!(rendered.text, "Anna\nBcc: all@acme.example  [0m\n");
    assert!(!rendered.html.contains(['\r', '\0', '\u{1b}']));
}

#[test]
fn a_column_that_does_not_exist_is_empty() {
    let rendered = render(Some("[{{ nothing }}{{ nothing.at.all }}{% if nothing %}x{% endif %}]"), None, &[]);
    assert_eq!(rendered.unwrap().html, "[]");
}

#[test]
fn images_are_counted_where_they_are_shown() {
    let html = "{% if name %}<img src=\"{{ image('logo.png') }}\">{% endif %}";
    let shown = render(Some(html), None, &[("name", "A")]).unwrap();
    assert_eq!(shown.images, BTreeSet::from(["logo.png".to_owned()]));
    assert!(shown.html.starts_with("<img src=\"cid:logo.png@"), "{}", shown.html);
    assert_eq!(render(Some(html), None, &[]).unwrap().images, BTreeSet::new());
}

#[test]
fn an_unknown_image_fails_with_its_line() {
    let error = render(Some("x\n{{ image(photo) }}"), None, &[("photo", "anna.jpg")]).unwrap_err();
    let reason = "invalid operation: there is no images/anna.jpg".to_owned();
    assert_eq!(error, TemplateError { file: "s.html".to_owned(), line: Some(2), reason });
}

#[test]
fn no_template_runs_away() {
    let runaways = [
        "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
        "{{ 'x' * 90000000 }}",
        "{{ (80 * range(9) * 30003) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% include 's.html' %}",
        "{% for a in range(3000) %}{{ 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' }}{% endfor %}",
    ];
    for source in runaways {
        assert!(render(Some(source), None, &[]).is_err(), "{source}");
    }
    let doubling = format!("{{% set x = 'xxxxxxxx' %}}{}", "{% set x = x ~ x %}".repeat(40));
    assert!(render(Some(&doubling), None, &[]).is_err());
}

#[test]
fn what_no_parser_sees_is_found_by_trying() {
    let errors =
        templates(Some("{% if title %}{{ title | shout }}{% endif %}"), None).try_out(&["title".to_owned()]);
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].line, Some(1));
    assert!(templates(Some("{{ image(photo) }}"), None).try_out(&["photo".to_owned()]).is_empty());
}

#[test]
fn telephone_numbers_become_links() {
    let rows = [
        ("+49 30 1234-10", "tel:+4930123410"),
        ("+49 (0)30 / 1234", "tel:+49301234"),
        ("(030) 12 34", "tel:0301234"),
        ("+1 212 555 0100 ext. 12", "tel:+12125550100;ext=12"),
        ("+1 212 555 0100x7", "tel:+12125550100;ext=7"),
        ("\"><script>", ""),
        ("", ""),
    ];
    for (phone, expected) in rows {
        assert_eq!(phone::tel_uri(phone), expected, "{phone}");
    }
    assert_eq!(render(Some("[{{ nothing | tel }}]"), None, &[]).unwrap().html, "[]");
}

#[test]
fn literal_images_are_found_with_their_lines() {
    let source = "{{ image('a.png') }}\n{{ image( \"b.png\" ) }} {{ image(photo) }}\n{{ image('c' ~ x) }}";
    assert_eq!(image_literals(source), [(1, "a.png"), (2, "b.png")]);
}

/// minijinja 3.1.0 panics in it on text that is not ASCII.
#[test]
fn the_filter_format_does_not_exist() {
    let mut templates = Templates::default();
    let name: SignatureName = "any".parse().unwrap();
    let added = templates.add(&name, Form::Text, "{{ \"\u{fffd}%s\"|format(1) }}");
    let told = added.err().into_iter().chain(templates.try_out(&[])).next().unwrap();
    assert!(told.to_string().contains("format"), "{told}");
}
