//! What the server does beside mail: it obeys signals, ends who is silent, saves what was seen, and ends itself.

use std::time::{Duration, Instant};

use rustix::event::epoll;
use waxseal_model::Moment;

use super::{FIGURES_TIME, FIRST_LISTENER, METRICS, Server, data};
use crate::mail::milter::{complain, journal};

impl Server {
    /// Does what signals ask for.
    pub(super) fn obey(&mut self, now: (Moment, Instant)) {
        while let Some(signal) = self.signals.pending() {
            match signal {
                HANGUP => self.read_policy(now.0),
                _ if self.ending.is_some() => {}
                _ => {
                    self.ending = Some(now.1);
                    self.manager.stopping();
                    self.ignore_listeners();
                    self.connections.retain(|_, it| !it.is_idle());
                    self.count_for_figures();
                    let message = format!("ends, {} connections are finished first", self.connections.len());
                    journal::event(&mut self.desk.lines, now.0, "stop", &message, "");
                }
            }
        }
    }

    /// Reads the policy anew. One with a mistake changes nothing, and that is said where people look.
    fn read_policy(&mut self, now: Moment) {
        self.manager.reloading();
        self.clerk.reopen();
        match (self.reload)() {
            Ok(policy) => {
                self.desk.policy = policy;
                self.desk.counters.reloads += 1;
                self.policy_good = true;
                journal::event(&mut self.desk.lines, now, "reload", "the policy was read anew", "");
                self.manager.ready("the policy was read anew");
            }
            Err(err) => {
                self.desk.counters.reload_errors += 1;
                self.policy_good = false;
                let message = format!("the policy was not read, the one before it stays in force: {err}");
                journal::event(&mut self.desk.lines, now, "policy-error", &message, "");
                complain(&message);
                self.manager
                    .ready("the policy has a mistake; the one before it stays in force");
            }
        }
    }

    pub(super) fn ignore_listeners(&self) {
        for listener in self.listeners.iter().chain(&self.metrics) {
            let _ = epoll::delete(&self.epoll, listener);
        }
    }

    fn heed_listeners(&self) {
        let places = (FIRST_LISTENER..).zip(&self.listeners);
        for (token, listener) in places.chain(self.metrics.iter().map(|it| (METRICS, it))) {
            let _ = epoll::add(&self.epoll, listener, data(token), epoll::EventFlags::IN);
        }
    }

    fn count_for_figures(&mut self) {
        self.for_figures = self.connections.values().filter(|it| it.is_for_figures()).count();
    }

    /// Ends who was silent for too long, and saves what was seen if it is time.
    pub(super) fn sweep(&mut self, now: (Moment, Instant)) {
        self.swept = now.1;
        let (idle, packet) = (self.settings.idle_timeout(), self.settings.packet_timeout());
        let before = self.connections.len();
        self.connections.retain(|_, it| {
            let stuck = it.partial.is_some_and(|since| now.1.duration_since(since) > packet)
                || (it.is_full && now.1.duration_since(it.heard) > packet)
                // Whatever it says meanwhile: nobody takes long to ask for figures.
                || (it.is_for_figures() && now.1.duration_since(it.taken) >= FIGURES_TIME);
            !stuck && now.1.duration_since(it.heard) <= idle
        });
        let silent = before - self.connections.len();
        if silent > 0 {
            self.count_for_figures();
            self.desk.counters.timeouts += silent as u64;
            let message = format!("{silent} connections ended, whose peers were silent for too long");
            journal::event(&mut self.desk.lines, now.0, "timeout", &message, "");
        }
        if self.is_out_of_descriptors && self.ending.is_none() {
            self.is_out_of_descriptors = false;
            self.heed_listeners();
        }
        let mails = self.desk.counters.mails();
        if mails != self.saved_mails
            && now.1.duration_since(self.saved) >= self.settings.save_every()
            && self.clerk.save(&self.desk.ledger, &self.desk.policy, now.0.0)
        {
            self.saved = now.1;
            self.saved_mails = mails;
        }
    }

    /// Says once a minute that there are too many connections.
    pub(super) fn say_full(&mut self, message: &str, now: (Moment, Instant)) {
        if self
            .said_full
            .is_none_or(|it| now.1.duration_since(it) > Duration::from_secs(60))
        {
            self.said_full = Some(now.1);
            journal::event(&mut self.desk.lines, now.0, "full", message, "");
        }
    }

    pub(super) fn end(mut self) {
        for listener in self.listeners.iter().chain(&self.metrics) {
            listener.remove();
        }
        let now = (self.clock)();
        let message = format!("ended after {} mails", self.desk.counters.mails());
        journal::event(&mut self.desk.lines, now, "end", &message, "");
        self.clerk.log(&mut self.desk.lines);
        self.clerk
            .end(self.desk.findings, self.desk.ledger, self.desk.policy, now.0);
    }
}

/// `SIGHUP`, the same number on every system.
const HANGUP: i32 = 1;
