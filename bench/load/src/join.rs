//! Joins one participant of a plan.

use std::io;
use std::time::Instant;

use crate::link::Link;
use crate::plan::{Plan, Protocol};
use crate::publisher::Publisher;
use crate::relay;
use crate::signalling::bare::Bare;
use crate::signalling::janus::{self, Janus};
use crate::signalling::livekit::LiveKit;
use crate::signalling::{Sides, Signalling};
use crate::subscriber::Subscriber;

/// One participant.
pub struct Participant {
    pub signalling: Box<dyn Signalling>,
    pub sides: Sides,
}

/// Feed and source numbers begin above zero.
const FIRST: usize = 1;

/// Begins joining member `number`.
///
/// # Errors
/// The server cannot be reached, or the plan asks of it what it cannot do.
pub fn join(plan: &Plan, number: usize, now: Instant) -> io::Result<Participant> {
    let member = &plan.members[number];
    let publishers = plan.members.iter().filter(|it| it.publishes).count();
    let phase = number as f64 / publishers.max(1) as f64;
    let published =
        |link| Publisher::new(link, plan.tracks.clone(), phase.fract(), member.extra, now);
    if plan.protocol == Protocol::Relay {
        return join_relay(plan, number, now, published);
    }
    let link = || Link::webrtc(plan.address, now);
    let publisher = member.publishes.then(link).transpose()?.map(published);
    // LiveKit offers a connection to those who receive nothing too, and waits for their answer.
    let receives = member.subscribes || plan.protocol == Protocol::LiveKit;
    let subscriber = receives.then(link).transpose()?;
    let mut sides = Sides {
        publisher,
        subscriber: subscriber.map(|link| Subscriber::new(link, now)),
    };
    if let Some(subscriber) = sides.subscriber.as_mut().filter(|_| plan.has_extra()) {
        // Which source is whose stands in the payload.
        subscriber.link.keep_all();
    }
    let signalling: Box<dyn Signalling> = match plan.protocol {
        Protocol::Janus => {
            let role = match (member.publishes, member.subscribes) {
                (true, false) => janus::Role::Publisher((number + FIRST) as u64),
                (false, true) => {
                    let feeds = (0..plan.members.len()).filter(|it| plan.members[*it].publishes);
                    janus::Role::Subscriber(feeds.map(|it| (it + FIRST) as u64).collect())
                }
                _ => return Err(io::Error::other("with Janus one publishes or subscribes")),
            };
            Box::new(Janus::join(plan.server, plan.room, role, now)?)
        }
        _ => {
            let subscribes = member.subscribes;
            let token = &member.access_token;
            Box::new(LiveKit::join(number, plan.server, token, subscribes, now)?)
        }
    };
    Ok(Participant { signalling, sides })
}

fn join_relay(
    plan: &Plan,
    number: usize,
    now: Instant,
    published: impl Fn(Link) -> Publisher,
) -> io::Result<Participant> {
    let link = |role, salt: usize| {
        let (message, srtp) = relay::registration(role, (2 * number + salt) as u32);
        Link::registered(plan.address, plan.server, message, srtp, now)
    };
    let member = &plan.members[number];
    if plan.tracks.len() != 1 || plan.tracks[0].layers.len() != 1 {
        return Err(io::Error::other(
            "with the relay one publishes one encoding",
        ));
    }
    let mut sides = Sides {
        publisher: None,
        subscriber: None,
    };
    if member.publishes {
        let ssrc = (number + FIRST) as u32;
        let mut publisher = published(link(relay::Role::Publisher(ssrc), 0)?);
        publisher.begin_bare(ssrc, now);
        sides.publisher = Some(publisher);
    }
    if member.subscribes {
        let mut subscriber = Subscriber::new(link(relay::Role::Subscriber, 1)?, now);
        subscriber.expect_anything();
        sides.subscriber = Some(subscriber);
    }
    Ok(Participant {
        signalling: Box::new(Bare),
        sides,
    })
}
