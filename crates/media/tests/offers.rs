//! What our offers say is what is sent, whatever comes and goes between them.

use std::collections::BTreeMap;
use std::time::Duration;

use media::{Command, DownId, TrackId, Transport};
use media_kit::World;
use media_kit::sources::{Frame, Published, Vp8Source, opus};
use str0m::media::MediaKind;

const STORIES: u64 = 16;
const STEPS: usize = 40;

/// A small generator of numbers (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }
}

/// A section as a description names it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Named {
    /// The track; `None`: nothing is sent.
    track: Option<String>,
    sources: Vec<u32>,
    stereo: bool,
}

/// The media sections of an offer.
fn read(offer: &str) -> BTreeMap<String, Named> {
    let mut sections = BTreeMap::new();
    for section in offer.split("\r\nm=").skip(1) {
        let value = |name: &str| {
            let values = section.lines().filter_map(|line| line.strip_prefix(name));
            values.map(str::to_owned).collect::<Vec<_>>()
        };
        if section.starts_with("application") {
            continue;
        }
        let sends = section.lines().any(|line| line == "a=sendonly");
        assert_eq!(sends, !section.lines().any(|line| line == "a=inactive"));
        let name = value("a=msid:").pop();
        let track = name.and_then(|name| name.split(' ').nth(1).map(str::to_owned));
        assert_eq!(track.is_some(), sends, "named if sent: {section}");
        let mut sources = Vec::new();
        for line in value("a=ssrc:") {
            let (ssrc, what) = line.split_once(' ').expect("a source and a word on it");
            sources.push(ssrc.parse().expect("a number"));
            if let Some(name) = what.strip_prefix("msid:") {
                assert_eq!(name.split(' ').nth(1), track.as_deref(), "{section}");
            }
        }
        sources.sort_unstable();
        sources.dedup();
        let stereo = section.matches("stereo=1;sprop-stereo=1").count();
        assert!(stereo <= 1, "said once: {section}");
        let named = Named {
            track,
            sources,
            stereo: stereo == 1,
        };
        let mid = value("a=mid:").pop().expect("a name");
        sections.insert(mid, named);
    }
    sections
}

/// Somebody who publishes, and what of it was sent.
struct Source {
    published: Published,
    kind: MediaKind,
    stereo: bool,
    video: Vp8Source,
    sound: u64,
}

impl Source {
    fn new(world: &mut World, kind: MediaKind, stereo: bool) -> Self {
        world.stereo = stereo;
        let published = world.publisher(kind, &[], Transport::Udp);
        Source {
            published,
            kind,
            stereo,
            video: Vp8Source::new(published.track.0),
            sound: 0,
        }
    }

    fn sid(&self) -> String {
        format!("TR_{}", self.published.track.0)
    }

    /// The next packet, marked with the track it is of.
    fn frame(&mut self) -> Frame {
        self.sound += 1;
        let mut frame = match self.kind {
            MediaKind::Video => self.video.frame(true),
            MediaKind::Audio => opus(self.sound, -20),
        };
        frame.payload.extend(self.published.track.0.to_be_bytes());
        frame
    }
}

/// One receiver, as a browser understands what it is offered.
struct Story {
    world: World,
    sources: Vec<Source>,
    receiver: usize,
    /// By place in `sources`.
    wanted: BTreeMap<usize, DownId>,
    /// As of the last offer the receiver took in.
    taken_in: BTreeMap<String, Named>,
    /// An offer it has not answered yet.
    in_flight: Option<String>,
    trail: Vec<String>,
}

impl Story {
    fn new(kinds: &[(MediaKind, bool)]) -> Self {
        let mut world = World::new();
        let kinds = kinds.iter();
        let sources = kinds
            .map(|(kind, stereo)| Source::new(&mut world, *kind, *stereo))
            .collect();
        let (receiver, _) = world.subscriber(&[], Transport::Udp);
        Story {
            world,
            sources,
            receiver,
            wanted: BTreeMap::new(),
            taken_in: BTreeMap::new(),
            in_flight: None,
            trail: Vec::new(),
        }
    }

    fn want(&mut self, at: usize) {
        let track = self.sources[at].published.track;
        if !self.wanted.contains_key(&at) {
            let down = self.world.subscribe(self.receiver, track);
            self.wanted.insert(at, down);
        }
    }

    fn want_no_more(&mut self, at: usize) {
        if let Some(down) = self.wanted.remove(&at) {
            let peer = self.world.clients[self.receiver].peer;
            self.world.command(Command::RemoveDown { peer, down });
        }
    }

    fn offer(&mut self, ice_restart: bool) {
        let offer = self.world.offer(self.receiver, ice_restart);
        self.check_offer(&offer);
        self.in_flight = Some(offer);
    }

    /// Names in an offer are those of the tracks it is made for.
    fn check_offer(&self, offer: &str) {
        for named in read(offer).values() {
            let source = self.sources.iter().enumerate();
            let mut of = source.filter(|(_, source)| Some(source.sid()) == named.track);
            let Some((at, source)) = of.next() else {
                assert_eq!(named, &Named::default(), "{:?}", self.trail);
                continue;
            };
            assert!(self.wanted.contains_key(&at), "{:?}", self.trail);
            assert_eq!(named.stereo, source.stereo, "{:?}", self.trail);
            let sources = if source.kind == MediaKind::Video {
                2
            } else {
                1
            };
            assert_eq!(named.sources.len(), sources, "{:?}", self.trail);
        }
    }

    /// The receiver takes in the offer that is on its way; returns its answer.
    fn take_in(&mut self) -> Option<String> {
        let offer = self.in_flight.take()?;
        for (mid, named) in read(&offer) {
            let before = self.taken_in.insert(mid.clone(), named.clone());
            let before = before.unwrap_or_default();
            let same = before.track == named.track;
            let noticed = before.track.is_none() || named.track.is_none();
            assert!(same || noticed, "{mid} became {named:?}: {:?}", self.trail);
            if same {
                assert_eq!(before.sources, named.sources, "{mid}: {:?}", self.trail);
            }
        }
        Some(self.world.clients[self.receiver].answer(&offer))
    }

    fn settle(&mut self, ice_restart: bool) {
        self.offer(ice_restart);
        let answer = self.take_in().expect("an offer");
        self.world.answer(self.receiver, &answer);
        let patience = Duration::from_millis(if ice_restart { 3000 } else { 50 });
        self.world.run(patience);
    }

    /// Everybody sends; returns how often each track came, by place in `sources`.
    fn send(&mut self) -> BTreeMap<usize, usize> {
        self.world.clients[self.receiver].packets.clear();
        for source in &mut self.sources {
            let Published { client, mid, .. } = source.published;
            let frame = source.frame();
            let now = self.world.now;
            self.world.clients[client].send(mid, None, &frame, now);
        }
        self.world.run(Duration::from_millis(50));
        let mut came = BTreeMap::new();
        for (mid, packet) in &self.world.clients[self.receiver].packets {
            let at = packet.payload.len() - 8;
            let mark = packet.payload[at..].try_into().expect("a mark");
            let track = TrackId(u64::from_be_bytes(mark));
            let mut sources = self.sources.iter();
            let at = sources.position(|source| source.published.track == track);
            let at = at.expect("a known track");
            let named = &self.taken_in[&**mid];
            let sid = Some(self.sources[at].sid());
            assert_eq!(named.track, sid, "{mid}: {:?}", self.trail);
            assert!(
                named.sources.contains(&packet.header.ssrc),
                "{:?}",
                self.trail
            );
            *came.entry(at).or_insert(0) += 1;
        }
        came
    }

    fn everything_wanted_comes(&mut self) {
        let came = self.send();
        let expected = self.wanted.keys().map(|at| (*at, 1)).collect();
        assert_eq!(came, expected, "{:?}", self.trail);
    }

    fn sections(&self) -> usize {
        self.taken_in.len()
    }
}

const AUDIO: (MediaKind, bool) = (MediaKind::Audio, false);
const MUSIC: (MediaKind, bool) = (MediaKind::Audio, true);
const VIDEO: (MediaKind, bool) = (MediaKind::Video, false);

#[test]
fn a_picture_that_takes_the_place_of_another_arrives() {
    for (first, second) in [(VIDEO, VIDEO), (AUDIO, AUDIO), (AUDIO, MUSIC)] {
        let mut story = Story::new(&[first, second]);
        story.want(0);
        story.settle(false);
        story.everything_wanted_comes();
        story.want_no_more(0);
        story.want(1);
        story.settle(false);
        story.everything_wanted_comes();
    }
}

#[test]
fn turning_pages_reuses_sections_and_never_more_than_two_pages_of_them() {
    let mut story = Story::new(&[VIDEO; 8]);
    for page in 0..30 {
        for at in 0..8 {
            if at / 4 == page % 2 {
                story.want(at);
            } else {
                story.want_no_more(at);
            }
        }
        story.settle(page % 7 == 6);
        story.everything_wanted_comes();
    }
    assert_eq!(story.sections(), 8);
}

#[test]
fn offers_say_what_is_sent_in_every_story() {
    for number in 0..STORIES {
        let mut dice = Dice(number);
        let mut story = Story::new(&[VIDEO, VIDEO, VIDEO, AUDIO, MUSIC, AUDIO]);
        for _ in 0..STEPS {
            step(&mut story, &mut dice);
        }
        story.trail.push("the end".to_owned());
        story.settle(true);
        story.settle(false);
        story.everything_wanted_comes();
        assert!(
            story.sections() <= 2 * story.sources.len() + 4,
            "{} sections: {:?}",
            story.sections(),
            story.trail
        );
    }
}

/// Something happens.
fn step(story: &mut Story, dice: &mut Dice) {
    let (what, at) = (dice.below(12), dice.below(story.sources.len()));
    story.trail.push(format!("{what} {at}"));
    match what {
        0..=3 => story.want(at),
        4..=6 => story.want_no_more(at),
        // An offer goes out; one before it was lost on its way, or is answered too late.
        7 => story.offer(false),
        8 => story.offer(true),
        // It arrives, but the answer is lost with the connection.
        9 => drop(story.take_in()),
        10 => {
            if let Some(answer) = story.take_in() {
                story.world.answer(story.receiver, &answer);
                story.world.run(Duration::from_millis(50));
                drop(story.send());
            }
        }
        _ => {
            story.settle(dice.below(4) == 0);
            story.send();
        }
    }
}
