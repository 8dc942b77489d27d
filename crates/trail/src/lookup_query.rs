use crate::Event;
use std::str::FromStr;
use std::time::Duration;
use types::{Failure, Result, Timestamp};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How far back a query without times looks.
const USUAL_DAYS: u32 = 7;
/// How far back a query may look (ActionTrail keeps 90 days for look-up).
const MOST_DAYS: u32 = 90;
/// The most events of one answer.
const PAGE: usize = 50;
/// The most conditions of one query.
const FILTERS: usize = 8;

/// What a condition looks at (ActionTrail `LookupAttribute.N.Key`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// The service.
    ServiceName,
    /// The operation.
    EventName,
    /// The caller's name.
    User,
    /// The event's id.
    EventId,
    /// A type of thing it was about.
    ResourceType,
    /// A thing it was about.
    ResourceName,
    /// `Read` or `Write`.
    EventRw,
    /// The access key that signed.
    EventAccessKeyId,
    /// The request. The interface has no word for it.
    RequestId,
}

impl Attribute {
    /// Its name in the interface.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ServiceName => "ServiceName",
            Self::EventName => "EventName",
            Self::User => "User",
            Self::EventId => "EventId",
            Self::ResourceType => "ResourceType",
            Self::ResourceName => "ResourceName",
            Self::EventRw => "EventRW",
            Self::EventAccessKeyId => "EventAccessKeyId",
            Self::RequestId => "RequestId",
        }
    }
}

impl FromStr for Attribute {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self> {
        Ok(match text {
            "ServiceName" => Self::ServiceName,
            "EventName" => Self::EventName,
            "User" => Self::User,
            "EventId" => Self::EventId,
            "ResourceType" => Self::ResourceType,
            "ResourceName" => Self::ResourceName,
            "EventRW" => Self::EventRw,
            "EventAccessKeyId" => Self::EventAccessKeyId,
            _ => {
                let rule = "it is ServiceName, EventName, User, EventId, ResourceType, ResourceName, EventRW or \
                    EventAccessKeyId";
                return Err(Failure::invalid("LookupAttribute.N.Key", rule));
            }
        })
    }
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// What it looks at.
    pub attribute: Attribute,
    /// What that must be.
    pub value: String,
}

impl Filter {
    /// Whether an event meets it.
    pub fn matches(&self, event: &Event<'_>) -> bool {
        let value = &self.value;
        match self.attribute {
            Attribute::ServiceName => event.service_name == *value,
            Attribute::EventName => event.event_name == *value,
            Attribute::User => event.user_identity.user_name == *value,
            Attribute::EventId => event.event_id == *value,
            Attribute::ResourceType => event.referenced_resources.contains_key(value),
            Attribute::ResourceName => event.referenced_resources.values().flatten().any(|id| id == value),
            Attribute::EventRw => value == "All" || event.event_rw == *value,
            Attribute::EventAccessKeyId => event.user_identity.access_key_id == *value,
            Attribute::RequestId => event.request_id == *value,
        }
    }
}

/// In which order events come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// The oldest first.
    Forward,
    /// The newest first.
    #[default]
    Backward,
}

/// What is asked of the log (ActionTrail LookupEvents).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// From when to when, both included, in whole seconds.
    pub window: (Timestamp, Timestamp),
    /// Whether the caller chose the window. If not, a token brings back the one it was made with.
    pub chosen: bool,
    /// What must all be so.
    pub filters: Vec<Filter>,
    /// In which order.
    pub direction: Direction,
    /// The most events of one answer.
    pub limit: usize,
    /// Where to go on.
    pub token: Option<String>,
}

impl Query {
    /// A query within `start` and `end`, or of the last seven days if neither is given.
    pub fn new(start: Option<Timestamp>, end: Option<Timestamp>, now: Timestamp) -> Result<Self> {
        let window = match (start, end) {
            (Some(start), Some(end)) => (start, end),
            (None, None) => (now.minus(DAY * USUAL_DAYS), now),
            (None, Some(_)) => return Err(Failure::missing("StartTime")),
            (Some(_), None) => return Err(Failure::missing("EndTime")),
        };
        if window.0 > window.1 {
            return Err(Failure::invalid("StartTime", "it is not later than EndTime"));
        }
        // A minute of grace, so that exactly 90 days ago by the client's clock is fine.
        if window.0 < now.minus(DAY * MOST_DAYS + Duration::from_secs(60)) {
            return Err(Failure::invalid("StartTime", "it is within the last 90 days"));
        }
        let chosen = start.is_some();
        Ok(Self { window, chosen, filters: Vec::new(), direction: Direction::default(), limit: PAGE, token: None })
    }

    /// Adds a condition.
    pub fn filter(mut self, attribute: Attribute, value: impl Into<String>) -> Result<Self> {
        if self.filters.len() >= FILTERS {
            return Err(Failure::invalid("LookupAttribute", format_args!("there are at most {FILTERS}")));
        }
        self.filters.push(Filter { attribute, value: value.into() });
        Ok(self)
    }

    /// Sets the most events of one answer: 1 to 50, where 0 also means 50.
    pub fn limited(mut self, limit: usize) -> Result<Self> {
        if limit > PAGE {
            return Err(Failure::invalid("MaxResults", format_args!("it is a number from 1 to {PAGE}")));
        }
        self.limit = if limit == 0 { PAGE } else { limit };
        Ok(self)
    }

    /// Sets the order.
    #[must_use]
    pub fn directed(mut self, direction: Direction) -> Self {
        self.direction = direction;
        self
    }

    /// Goes on where an earlier answer ended.
    #[must_use]
    pub fn after(mut self, token: Option<String>) -> Self {
        self.token = token;
        self
    }

    pub(crate) fn matches(&self, event: &Event<'_>) -> bool {
        self.filters.iter().all(|filter| filter.matches(event))
    }
}
