//! temporary
use playground::*;
use std::time::Duration;
#[tokio::main]
async fn main() {
    let p = Playground::start(PlaygroundConfig::example()).await.unwrap();
    let l = tokio::net::TcpListener::bind("127.0.0.1:8925").await.unwrap();
    let r = p.router();
    let mut set = tokio::task::JoinSet::new();
    set.spawn(async move { axum::serve(l, r).await.unwrap() });
    p.submit(first_message()).await.unwrap();
    let png = std::fs::read("/work/shared/example/acme/images/banner.png").unwrap();
    let b64 = std::process::Command::new("base64")
        .arg("/work/shared/example/acme/images/banner.png")
        .output()
        .unwrap()
        .stdout;
    let _ = png;
    let s = p.sent().remove(0);
    let t = String::from_utf8(s.wire.to_vec()).unwrap();
    let sig = "<table cellpadding=3D\"0\" style=3D\"margin-top:16px;font-family:Arial;font-size:10pt\"><tr><td style=3D\"border-left:3px solid #0b5f6b;padding-left:10px\"><b>Anna Berg</b><br>Head of Sales<br>Acme GmbH =C2=B7 Hauptstra=C3=9Fe 1 =C2=B7 10115 Berlin<br><img width=3D200 height=3D40 src=3D\"cid:banner@acme\"></td></tr></table>\r\n</body>";
    let t = t.replacen("</body>", sig, 1).replacen(
        "Anna\r\n\r\n--",
        "Anna\r\n\r\nAnna Berg\r\nHead of Sales, Acme GmbH\r\n\r\n--",
        1,
    );
    let (head, body) = t.split_once("MIME-Version: 1.0").unwrap();
    let (_, rest) = body.split_once("Content-Type:").unwrap();
    let w = format!(
        "X-Signpost-Processed: v1 acme-4f1c 01JABCDEF 3f9a\r\n{head}MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=rel\r\n\r\n--rel\r\nContent-Type:{rest}\r\n--rel\r\nContent-Type: image/png; name=banner.png\r\nContent-Disposition: inline; filename=banner.png\r\nContent-ID: <banner@acme>\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--rel--\r\n",
        String::from_utf8(b64).unwrap().replace('\n', "\r\n")
    );
    let a = p.exchange_address();
    tokio::task::spawn_blocking(move || {
        peers::exim(
            a,
            peers::Envelope { from: "anna.berg@acme.example", to: &["kim@customer.example"] },
            w.as_bytes(),
        )
    })
    .await
    .unwrap()
    .unwrap();
    tokio::time::sleep(Duration::from_secs(120)).await;
}
