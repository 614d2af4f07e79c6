//! Calls an operation of each dialect, and reads a refusal of each by its generated type.

use client::{Client, types};
use progenitor::progenitor_client::{ClientHooks, Error, OperationInfo};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{from_value, json};
use std::error::Error as Failure;
use std::sync::OnceLock;

mod client {
    progenitor::generate_api!("client.json");
}

/// ACCESS is the token that the hook sends.
static ACCESS: OnceLock<String> = OnceLock::new();

/// The client writes no credentials; those in the query are added by a hook.
impl ClientHooks for Client {
    async fn pre<E>(&self, request: &mut reqwest::Request, operation: &OperationInfo) -> Result<(), Error<E>> {
        if operation.operation_id == "get_user_info" {
            request.url_mut().query_pairs_mut().append_pair("accessToken", ACCESS.get().expect("a sign-in"));
        }
        Ok(())
    }
}

/// client gives a client that sends this header, if any, with each request.
fn client(header: Option<(&'static str, &str)>) -> Result<Client, Box<dyn Failure>> {
    let mut headers = HeaderMap::new();
    if let Some((name, value)) = header {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value)?);
    }
    let http = reqwest::Client::builder().default_headers(headers).build()?;
    Ok(Client::new_with_client(&std::env::var("BASE_URL")?, http))
}

/// refused! gives the body of the failure that a call ends with.
macro_rules! refused {
    ($call:expr) => {
        match $call.await {
            Err(Error::ErrorResponse(answer)) => answer.into_inner(),
            other => panic!("a failure was due: {other:?}"),
        }
    };
}

async fn call() -> Result<(), Box<dyn Failure>> {
    let random = uuid::Uuid::new_v4();
    let public = client(None)?;

    let mobile = format!("139{:08}", random.as_u128() % 100_000_000);
    let asked: types::MobileCodeRequest = from_value(json!({"mobile": mobile}))?;
    public.send_mobile_code(&asked).await?;
    let outbox = public.get_demo_outbox().await?.into_inner();
    let code = &outbox.iter().rfind(|message| message.to == mobile).expect("a code").code;
    let login = |code: &str| {
        from_value::<types::MobileLoginRequest>(
            json!({"companyType": 0, "productType": 2, "source": "matrix", "mobile": mobile, "validateNo": code}),
        )
    };
    let other = if code == "000000" { "000001" } else { "000000" };
    let wrong = refused!(public.sign_in_by_mobile(None, &login(other)?));
    assert_eq!(wrong.code, 1002014000);
    assert!(wrong.data.is_none());
    let signed_in = public.sign_in_by_mobile(None, &login(code)?).await?.into_inner().data;
    assert_eq!(signed_in.user_info.mobile, mobile);
    let access = ACCESS.get_or_init(|| signed_in.access_token.value.to_string());

    let application = client(Some(("x-app-id", "1")))?;
    let info = application.get_user_info(&signed_in.user_info.id.to_string().parse()?).await?.into_inner();
    assert_eq!((info.status, info.data.phone), (types::CasStatus::Success, mobile.clone()));
    let nobody = refused!(application.get_user_info(&"9007199254740993".parse()?));
    assert_eq!((nobody.code, nobody.status), (404, types::CasStatus::Fail));

    let we_chat = types::WeChatUserRequest { code: random.simple().to_string().parse()? };
    assert_eq!(public.get_we_chat_user_info(&we_chat).await?.into_inner().code, 200);
    let invalid = types::WeChatUserRequest { code: format!("{:0<32}", "40029").parse()? };
    assert_eq!(refused!(public.get_we_chat_user_info(&invalid)).code, 40029);

    let username = format!("matrix.{}", &random.simple().to_string()[..12]);
    let password = format!("violet-{}", &random.simple().to_string()[..12]);
    let creation: types::UserCreation = from_value(json!({"username": username, "password": password}))?;
    let user_id = public.create_user(&creation).await?.into_inner().user_id;
    let taken = refused!(public.create_user(&creation));
    assert_eq!((taken.state, taken.code), (types::JfinalFailureState::Fail, 409));
    assert_eq!(taken.message, "用户名已存在");
    let form = types::LoginForm { login_account: username.parse()?, password: password.parse()? };
    let jwt = public.sign_in_by_password(&form).await?.into_inner().jwt;
    let detail = client(Some(("jwt", &jwt)))?.get_user_detail(&user_id).await?.into_inner();
    assert_eq!(detail.user.username.map(|name| name.to_string()), Some(username));

    let asked = types::RefreshUserRequest { token: Some(access.parse()?), front_type: Some(types::FrontType::try_from(2)?) };
    let slid = public.refresh_user(&asked).await?.into_inner();
    assert_eq!((slid.success, slid.result.phone_number), (true, Some(mobile)));
    client(Some(("authorization", access)))?.sign_out().await?;
    let ended = refused!(public.refresh_user(&asked));
    assert_eq!((ended.success, ended.code), (false, 401));
    assert!(ended.result.is_none());
    Ok(())
}

fn main() -> Result<(), Box<dyn Failure>> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(call())?;
    println!("calls 5/5\nfailures 5/5");
    Ok(())
}
