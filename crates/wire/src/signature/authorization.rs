use super::malformed;
use types::Result;

/// The `name=value` list after the scheme in an Authorization header. The SDKs differ in its order and in the spaces
/// after its commas.
pub(super) struct Fields<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Fields<'a> {
    /// Reads the list; `separator` stands between name and value.
    pub(super) fn parse(text: &'a str, separator: char, known: &[&str]) -> Result<Self> {
        let mut fields: Vec<(&str, &str)> = Vec::new();
        for item in text.split(',') {
            let (name, value) = item.trim().split_once(separator).ok_or_else(|| malformed("a field has no value"))?;
            if !known.contains(&name) || fields.iter().any(|(n, _)| *n == name) {
                return Err(malformed(format_args!("its fields must be {}, each once", known.join(", "))));
            }
            fields.push((name, value));
        }
        Ok(Self(fields))
    }

    pub(super) fn optional(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(n, _)| *n == name).map(|(_, value)| *value)
    }

    pub(super) fn required(&self, name: &'static str) -> Result<&'a str> {
        self.optional(name).ok_or_else(|| malformed(format_args!("{name} is missing")))
    }
}

#[cfg(test)]
mod tests {
    use super::Fields;

    #[test]
    fn order_and_spaces_do_not_matter() {
        for text in ["A=1=,B=2", "B=2, A=1=", "B=2 ,  A=1="] {
            let fields = Fields::parse(text, '=', &["A", "B"]).unwrap();
            assert_eq!((fields.required("A").unwrap(), fields.required("B").unwrap()), ("1=", "2"));
        }
        for wrong in ["", "A", "A=1,", "A=1,A=2", "C=1", "A=1;B=2,B"] {
            assert!(Fields::parse(wrong, '=', &["A", "B"]).is_err(), "{wrong}");
        }
    }
}
