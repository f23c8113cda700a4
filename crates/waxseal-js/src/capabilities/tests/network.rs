use waxseal_model::CapabilityKind::Network;

use super::{check, check_twins};

#[test]
fn every_client_is_known_by_what_it_is() {
    check_twins(
        Network,
        &[
            (
                "fetch('https://api.example/v1?x=1')",
                "fetch https://api.example/v1",
                "function fetch() {} fetch('https://api.example')",
            ),
            (
                "globalThis.fetch('https://A.example')",
                "fetch https://a.example",
                "class A { m() { this.fetch('https://a.example') } }",
            ),
            (
                "navigator.sendBeacon('https://a.example/b', d)",
                "navigator.sendBeacon https://a.example/b",
                "navigator.vibrate(200)",
            ),
            (
                "new WebSocket('wss://a.example')",
                "WebSocket wss://a.example",
                "class WebSocket {} new WebSocket('wss://a.example')",
            ),
            (
                "new EventSource('https://a.example')",
                "EventSource https://a.example",
                "new EventTarget()",
            ),
            (
                "const x = new XMLHttpRequest(); x.open('GET', 'https://a.example/z')",
                "XMLHttpRequest https://a.example/z",
                "const x = { open() {} }; x.open('GET', 'https://a.example')",
            ),
            (
                "require('http').get('http://a.example/')",
                "node:http.get http://a.example",
                "require('./http').get('http://a.example/')",
            ),
            (
                "import https from 'node:https'; https.request('https://a.example')",
                "node:https.request https://a.example",
                "import https from './https'; https.request('https://a.example')",
            ),
            (
                "require('http2').connect('https://a.example')",
                "node:http2.connect https://a.example",
                "require('http2').constants",
            ),
            (
                "require('net').connect(25, 'mx.example')",
                "node:net.connect mx.example:25",
                "require('net').isIP('1.2.3.4')",
            ),
            (
                "const s = new (require('net').Socket)(); s.connect(25, 'mx.example')",
                "node:net.Socket().connect mx.example:25",
                "const s = new Map(); s.connect(25, 'mx.example')",
            ),
            (
                "require('tls').connect({ host: 'mx.example', port: 465 })",
                "node:tls.connect mx.example:465",
                "require('tls').createSecureContext({ host: 'mx.example' })",
            ),
            (
                "require('dgram').createSocket('udp4').send(m, 53, 'ns.example')",
                "node:dgram.send ns.example",
                "require('stream').Writable().send(m, 53, 'ns.example')",
            ),
            (
                "require('dns').resolveTxt('x.example', cb)",
                "node:dns.resolveTxt x.example",
                "require('dns').getServers()",
            ),
            (
                "require('dns').promises.lookup('x.example')",
                "node:dns.lookup x.example",
                "require('dns').promises.getServers()",
            ),
            (
                "require('undici').request('https://a.example')",
                "undici.request https://a.example",
                "require('undici').setGlobalDispatcher(d)",
            ),
            (
                "require('axios')('https://a.example')",
                "axios https://a.example",
                "require('axioms')('https://a.example')",
            ),
            (
                "import axios from 'axios'; axios.post('https://a.example/p', d)",
                "axios.post https://a.example/p",
                "import axios from 'axios'; axios.isAxiosError(d)",
            ),
            (
                "require('axios').create({ baseURL: 'https://a.example' }).get('/me')",
                "axios.get https://a.example/me",
                "require('axios').create({ baseURL: 'https://a.example' })",
            ),
            (
                "require('axios')({ url: 'https://a.example/u', method: 'post' })",
                "axios https://a.example/u",
                "require('axios').defaults",
            ),
            (
                "import got from 'got'; got.post('https://a.example')",
                "got.post https://a.example",
                "import { HTTPError } from 'got'; new HTTPError()",
            ),
            (
                "import fetch from 'node-fetch'; fetch('https://a.example')",
                "node-fetch https://a.example",
                "import { Headers } from 'node-fetch'; new Headers()",
            ),
            (
                "require('request').post('https://a.example')",
                "request.post https://a.example",
                "require('request').jar()",
            ),
            (
                "require('superagent').get('https://a.example')",
                "superagent.get https://a.example",
                "require('superagent').agent()",
            ),
            (
                "require('needle').get('https://a.example')",
                "needle.get https://a.example",
                "require('needle').defaults({})",
            ),
            (
                "const WS = require('ws'); new WS('wss://a.example')",
                "ws wss://a.example",
                "const WS = require('ws'); new WS.Server()",
            ),
            (
                "require('socket.io-client').io('https://a.example')",
                "socket.io-client.io https://a.example",
                "require('socket.io').io('https://a.example')",
            ),
            (
                "require('follow-redirects').https.get('https://a.example')",
                "follow-redirects.https.get https://a.example",
                "require('follow-redirects').wrap({})",
            ),
        ],
    );
}

#[test]
fn a_target_is_the_host_and_the_path_as_far_as_they_are_known() {
    for (source, expected) in [
        (
            "fetch(`https://api.example/users/${id}`)",
            "fetch /https://api.example/users/*/",
        ),
        ("fetch('https://user:secret@api.example/')", "fetch https://api.example"),
        (
            "fetch(new URL('/v1', 'https://api.example'))",
            "fetch https://api.example/v1",
        ),
        ("fetch(base + '/v1/send')", "fetch /*/v1/send/"),
        ("fetch(anything)", "fetch ?"),
        (
            "require('https').request({ hostname: 'api.example', path: '/x', method: 'POST' })",
            "node:https.request api.example/x",
        ),
        (
            "require('https').request({ host: process.env.H, path: '/x' })",
            "node:https.request /*/x/",
        ),
        (
            "const o = { host: 'api.example' }; o.path = '/y'; require('http').get(o)",
            "node:http.get api.example/y",
        ),
    ] {
        check(Network, source, &[expected]);
    }
}

#[test]
fn an_address_without_a_name_is_sensitive() {
    for (source, expected) in [
        ("fetch('http://203.0.113.9/x')", "fetch http://203.0.113.9/x!"),
        ("fetch('http://[2001:db8::1]/')", "fetch http://[2001:db8::1]!"),
        (
            "fetch('http://169.254.169.254/latest')",
            "fetch http://169.254.169.254/latest!",
        ),
        ("fetch('http://127.0.0.1:3000')", "fetch http://127.0.0.1:3000"),
        ("fetch('http://192.168.1.1')", "fetch http://192.168.1.1"),
        ("fetch('http://localhost:3000')", "fetch http://localhost:3000"),
        (
            "require('net').connect(4444, '203.0.113.9')",
            "node:net.connect 203.0.113.9:4444!",
        ),
    ] {
        check(Network, source, &[expected]);
    }
}

#[test]
fn a_hidden_host_is_sensitive() {
    check(
        Network,
        "fetch(Buffer.from('aHR0cHM6Ly9hLmV4YW1wbGU=', 'base64').toString())",
        &["fetch https://a.example!#"],
    );
    check(Network, "fetch('https://' + 'a.example')", &["fetch https://a.example"]);
}

#[test]
fn each_alternative_is_a_target() {
    check(
        Network,
        "fetch(live ? 'https://live.example' : 'https://test.example')",
        &["fetch https://live.example", "fetch https://test.example"],
    );
}
