use super::SamlError;
use super::names::{ASSERTION, BEARER, ENTITY};
use super::reading::{moment, optional, optional_moment};
use super::response::Expected;
use super::xml::Element;
use std::time::Duration;
use types::Timestamp;

/// How far the provider's clock may be from ours.
const LEEWAY: Duration = Duration::from_secs(60);
/// The longest an assertion may be good to be presented: for so long it has to be remembered.
const LONGEST: Duration = Duration::from_secs(86_400);
/// Characters of names.
const NAME_CHARS: usize = 1_024;
/// Attributes, and values of all of them.
const VALUES: usize = 1_000;

/// What a provider says, verified and meant for us, now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// Its id: the provider uses none twice.
    pub id: String,
    /// The provider's entity.
    pub issuer: String,
    /// Of whom it speaks.
    pub subject: Subject,
    /// Where it was to be delivered: one of those that were expected.
    pub recipient: String,
    /// The first of the audiences it is meant for that was expected.
    pub audience: String,
    /// From when on it is refused everywhere.
    pub expires: Timestamp,
    /// When what the provider's sign-in allows must end.
    pub session_ends: Option<Timestamp>,
    /// What it says of the subject.
    pub attributes: Vec<Attribute>,
}

/// Of whom an assertion speaks (saml-core §2.2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The name.
    pub name: String,
    /// Of what kind the name is.
    pub format: Option<String>,
    /// Who gives such names.
    pub qualifier: Option<String>,
}

/// An attribute and its values that are texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its values.
    pub values: Vec<String>,
}

impl Assertion {
    /// Every value of an attribute.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.attributes
            .iter()
            .filter(move |known| known.name == name)
            .flat_map(|known| &known.values)
            .map(String::as_str)
    }

    /// Reads the element and checks that it is meant for us, now. Only what was verified may be given.
    pub(super) fn read(element: &Element, expected: &Expected<'_>) -> Result<Self, SamlError> {
        element.takes(&["ID", "Version", "IssueInstant"])?;
        if !element.is(ASSERTION, "Assertion") || element.attribute("Version") != Some("2.0") {
            return Err(SamlError::Malformed("the assertion must be one of version 2.0"));
        }
        let content = element.content()?;
        let parts = ["Issuer", "Subject", "Conditions", "AuthnStatement", "AttributeStatement"];
        if !content.iter().all(|part| part.space == ASSERTION && parts.contains(&part.local.as_str())) {
            return Err(SamlError::Malformed("the assertion has a part that is not known"));
        }
        check_issuer(one(&content, "Issuer")?, expected)?;
        let issued = moment(element.attribute("IssueInstant").unwrap_or_default())?;
        not_before(Some(issued), expected.now)?;
        let (subject, confirmed) = subject(one(&content, "Subject")?)?;
        let confirmation = Confirmation::read(confirmed, expected)?;
        let (audience, ends) = conditions(one(&content, "Conditions")?, expected)?;
        let ends = ends.map_or(confirmation.ends, |ends| ends.min(confirmation.ends));
        let expires = ends.plus(LEEWAY);
        if expected.now >= expires {
            return Err(SamlError::Expired);
        }
        if ends > expected.now.plus(LONGEST) {
            return Err(SamlError::NotYetValid);
        }
        let id = element.attribute("ID").filter(|id| (1..=NAME_CHARS).contains(&id.chars().count()));
        Ok(Self {
            id: id.ok_or(SamlError::Malformed("the assertion's ID must have 1 to 1024 characters"))?.to_owned(),
            issuer: expected.metadata.entity().to_owned(),
            subject,
            recipient: confirmation.recipient,
            audience,
            expires,
            session_ends: session_ends(&content, expected.now)?,
            attributes: attributes(&content)?,
        })
    }
}

fn one<'e>(content: &[&'e Element], local: &'static str) -> Result<&'e Element, SamlError> {
    let rule = "the assertion must have one Issuer, one Subject and one Conditions";
    optional(content, ASSERTION, local, rule)?.ok_or(SamlError::Malformed(rule))
}

/// The entity itself, not another name that it may know itself by.
pub(super) fn check_issuer(issuer: &Element, expected: &Expected<'_>) -> Result<(), SamlError> {
    issuer.takes(&["Format", "NameQualifier", "SPNameQualifier", "SPProvidedID"])?;
    let is_entity = matches!(issuer.attribute("Format"), None | Some(ENTITY));
    if is_entity && issuer.text()?.trim() == expected.metadata.entity() { Ok(()) } else { Err(SamlError::Issuer) }
}

/// An error if it is before a time, when one is said.
fn not_before(start: Option<Timestamp>, now: Timestamp) -> Result<(), SamlError> {
    if start.is_some_and(|start| now.plus(LEEWAY) < start) { Err(SamlError::NotYetValid) } else { Ok(()) }
}

/// The name, and what confirms it (saml-core §2.4.1).
fn subject(element: &Element) -> Result<(Subject, &Element), SamlError> {
    let content = element.content()?;
    let [name, confirmation] = content.as_slice() else {
        return Err(SamlError::Malformed("the subject must have one NameID and one SubjectConfirmation"));
    };
    if !name.is(ASSERTION, "NameID") || !confirmation.is(ASSERTION, "SubjectConfirmation") {
        return Err(SamlError::Malformed("the subject must have one NameID and one SubjectConfirmation"));
    }
    name.takes(&["Format", "NameQualifier", "SPNameQualifier", "SPProvidedID"])?;
    let text = name.text()?.trim();
    let bounded = |text: &str| text.chars().count() <= NAME_CHARS && !text.chars().any(char::is_control);
    let given = |attribute: &str| name.attribute(attribute).map(str::to_owned);
    let subject = Subject { name: text.to_owned(), format: given("Format"), qualifier: given("NameQualifier") };
    let all = [Some(&subject.name), subject.format.as_ref(), subject.qualifier.as_ref()];
    if text.is_empty() || !all.into_iter().flatten().all(|text| bounded(text)) {
        return Err(SamlError::Malformed(
            "the NameID must have 1 to 1024 characters, none of them a control character",
        ));
    }
    Ok((subject, confirmation))
}

/// That whoever bears it is the subject (saml-profiles §4.1.4.2).
struct Confirmation {
    recipient: String,
    ends: Timestamp,
}

impl Confirmation {
    fn read(element: &Element, expected: &Expected<'_>) -> Result<Self, SamlError> {
        let rule = SamlError::Malformed("the subject must be confirmed as its bearer, with Recipient and NotOnOrAfter");
        element.takes(&["Method"])?;
        let content = element.content()?;
        let data = match content.as_slice() {
            [data] if data.is(ASSERTION, "SubjectConfirmationData") && data.children.is_empty() => *data,
            _ => return Err(rule),
        };
        if element.attribute("Method") != Some(BEARER) {
            return Err(rule);
        }
        data.takes(&["NotBefore", "NotOnOrAfter", "Recipient", "InResponseTo", "Address"])?;
        let recipient = data.attribute("Recipient").ok_or(rule)?;
        if !expected.recipients.contains(&recipient) {
            return Err(SamlError::Recipient);
        }
        expected.check_answer(data.attribute("InResponseTo"))?;
        not_before(optional_moment(data, "NotBefore")?, expected.now)?;
        let ends = optional_moment(data, "NotOnOrAfter")?.ok_or(rule)?;
        Ok(Self { recipient: recipient.to_owned(), ends })
    }
}

/// The audience that we are and until when the conditions hold (saml-core §2.5). A condition that is not known may mean
/// anything.
fn conditions(element: &Element, expected: &Expected<'_>) -> Result<(String, Option<Timestamp>), SamlError> {
    element.takes(&["NotBefore", "NotOnOrAfter"])?;
    not_before(optional_moment(element, "NotBefore")?, expected.now)?;
    let mut audience = None;
    for condition in element.content()? {
        match condition.local.as_str() {
            "AudienceRestriction" if condition.space == ASSERTION => audience = Some(ours(condition, expected)?),
            // Every assertion is taken once only, and nothing is asserted to others.
            "OneTimeUse" | "ProxyRestriction" if condition.space == ASSERTION => {}
            _ => return Err(SamlError::Malformed("the assertion has a condition that is not known")),
        }
    }
    Ok((audience.ok_or(SamlError::Audience)?, optional_moment(element, "NotOnOrAfter")?))
}

/// The first audience that is one of ours. Each restriction must hold.
fn ours(restriction: &Element, expected: &Expected<'_>) -> Result<String, SamlError> {
    let mut found = None;
    for audience in restriction.content()? {
        if !audience.is(ASSERTION, "Audience") {
            return Err(SamlError::Malformed("the assertion has a condition that is not known"));
        }
        let name = audience.text()?.trim();
        if found.is_none() && expected.audiences.contains(&name) {
            found = Some(name.to_owned());
        }
    }
    found.ok_or(SamlError::Audience)
}

/// How the subject signed in (saml-core §2.7.2): there must be such a statement, and its session must not be over.
fn session_ends(content: &[&Element], now: Timestamp) -> Result<Option<Timestamp>, SamlError> {
    let mut statements = content.iter().filter(|part| part.local == "AuthnStatement").peekable();
    if statements.peek().is_none() {
        return Err(SamlError::Malformed("the assertion must have an AuthnStatement"));
    }
    let mut first: Option<Timestamp> = None;
    for statement in statements {
        statement.takes(&["AuthnInstant", "SessionIndex", "SessionNotOnOrAfter"])?;
        moment(statement.attribute("AuthnInstant").unwrap_or_default())?;
        let ends = optional_moment(statement, "SessionNotOnOrAfter")?;
        first = [first, ends].into_iter().flatten().min();
    }
    if first.is_some_and(|ends| now >= ends) { Err(SamlError::Expired) } else { Ok(first) }
}

fn attributes(content: &[&Element]) -> Result<Vec<Attribute>, SamlError> {
    let mut attributes = Vec::new();
    let mut count = 0;
    for statement in content.iter().filter(|part| part.local == "AttributeStatement") {
        for element in statement.content()? {
            if !element.is(ASSERTION, "Attribute") {
                return Err(SamlError::Malformed("an AttributeStatement holds something else than attributes"));
            }
            let attribute = attribute(element)?;
            count += attribute.values.len() + 1;
            if count > VALUES {
                return Err(SamlError::Malformed("the assertion has too many attributes"));
            }
            attributes.push(attribute);
        }
    }
    Ok(attributes)
}

/// An attribute (saml-core §2.7.3.1). A value that is made of elements is none of those that mean something here.
fn attribute(element: &Element) -> Result<Attribute, SamlError> {
    element.takes(&["Name", "NameFormat", "FriendlyName"])?;
    let name = element.attribute("Name").filter(|name| !name.is_empty());
    let name = name.ok_or(SamlError::Malformed("an attribute has no name"))?.to_owned();
    let mut values = Vec::new();
    for value in element.content()? {
        if !value.is(ASSERTION, "AttributeValue") {
            return Err(SamlError::Malformed("an attribute holds something else than values"));
        }
        values.extend(value.text().ok().map(str::to_owned));
    }
    Ok(Attribute { name, values })
}
