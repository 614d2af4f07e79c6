//! Calls an operation of each dialect, and reads a refusal of each by its generated type.

use openapi::apis::{cas_api, configuration::Configuration, Error, ResponseContent};
use openapi::apis::{jeecg_api, jfinal_api, ruoyi_api, system_api, yudao_api};
use openapi::models::{FrontType, JfinalFailureState, LoginForm, MobileCodeRequest, MobileLoginRequest, RefreshUserRequest, UserCreation, WeChatUserRequest};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use std::error::Error as Failure;

/// client gives the settings of a client with this token. It is no api_key, since that would be
/// sent as the id and the secret of an application too.
fn client(token: Option<&str>) -> Configuration {
    Configuration {
        base_path: std::env::var("BASE_URL").expect("BASE_URL"),
        bearer_access_token: token.map(str::to_string),
        ..Configuration::new()
    }
}

/// application gives the settings of a client generated with supportMiddleware=true, which sends
/// the id of an application in the header and the token in the query.
fn application(token: &str) -> Result<middleware::apis::configuration::Configuration, Box<dyn Failure>> {
    let id = (HeaderName::from_static("x-app-id"), HeaderValue::from_static("1"));
    let http = reqwest::Client::builder().default_headers(HeaderMap::from_iter([id])).build()?;
    let query = [("accessToken", token.to_string())];
    let add = move |request: reqwest_middleware::RequestBuilder| request.query(&query);
    Ok(middleware::apis::configuration::Configuration {
        base_path: std::env::var("BASE_URL")?,
        client: reqwest_middleware::ClientBuilder::new(http).with_init(add).build(),
        ..Default::default()
    })
}

/// refused! gives the status and the body of the failure that a call ends with. The errors are
/// untagged, so that the first variant whose body fits is taken, whatever the status.
macro_rules! refused {
    ($call:expr, $first:path) => {
        match $call.await {
            Err(Error::ResponseError(ResponseContent { status, entity: Some($first(body)), .. })) => (status.as_u16(), body),
            other => panic!("a failure was due: {other:?}"),
        }
    };
}

async fn call() -> Result<(), Box<dyn Failure>> {
    let random = uuid::Uuid::new_v4();
    let public = client(None);

    let mobile = format!("139{:08}", random.as_u128() % 100_000_000);
    yudao_api::send_mobile_code(&public, MobileCodeRequest::new(mobile.clone())).await?;
    let outbox = system_api::get_demo_outbox(&public).await?;
    let code = &outbox.iter().rfind(|message| message.to == mobile).expect("a code").code;
    let login = |code: &str| MobileLoginRequest {
        company_type: Some(0),
        product_type: Some(2),
        source: Some("matrix".to_string()),
        ..MobileLoginRequest::new(mobile.clone(), code.to_string())
    };
    let other = if code == "000000" { "000001" } else { "000000" };
    let (_, wrong) = refused!(yudao_api::sign_in_by_mobile(&public, login(other), None), yudao_api::SignInByMobileError::Status400);
    assert_eq!((wrong.code, wrong.data), (1002014000, None));
    let signed_in = yudao_api::sign_in_by_mobile(&public, login(code), None).await?.data;
    assert_eq!(signed_in.user_info.mobile, mobile);
    let access = signed_in.access_token.value.as_str();

    // The operation takes the id of an application too, and an api_key would be sent as the secret as well.
    let (status, body) = refused!(cas_api::get_user_info(&client(Some(access)), "1"), cas_api::GetUserInfoError::Status400);
    assert_eq!((status, body.code), (401, 401));
    let user_id = signed_in.user_info.id.to_string();
    let info = middleware::apis::cas_api::get_user_info(&application(access)?, &user_id).await?;
    assert_eq!(info.data.phone, mobile);

    let we_chat = |code: String| ruoyi_api::get_we_chat_user_info(&public, WeChatUserRequest::new(code));
    assert_eq!(we_chat(random.simple().to_string()).await?.code, 200);
    let (_, invalid) = refused!(we_chat(format!("{:0<32}", "40029")), ruoyi_api::GetWeChatUserInfoError::Status400);
    assert_eq!(invalid.code, 40029);

    let username = format!("matrix.{}", &random.simple().to_string()[..12]);
    let password = format!("violet-{}", &random.simple().to_string()[..12]);
    let creation = UserCreation { password: Some(password.clone()), ..UserCreation::new(username.clone()) };
    let user_id = jfinal_api::create_user(&public, creation).await?.user_id;
    let again = jfinal_api::create_user(&public, UserCreation::new(username.clone()));
    let (status, taken) = refused!(again, jfinal_api::CreateUserError::Status400);
    assert_eq!((status, taken.state, taken.code), (409, JfinalFailureState::JfinalFail, 409));
    assert_eq!(taken.message, "用户名已存在");
    let jwt = jfinal_api::sign_in_by_password(&public, LoginForm::new(username.clone(), password.clone())).await?.jwt;
    assert_eq!(jfinal_api::get_user_detail(&client(Some(&jwt)), user_id).await?.user.username, Some(username));

    let refresh = || {
        let asked = RefreshUserRequest { token: Some(access.to_string()), front_type: Some(FrontType::FrontPC) };
        jeecg_api::refresh_user(&public, Some(asked))
    };
    let slid = refresh().await?;
    assert_eq!((slid.success, slid.result.phone_number), (true, Some(mobile)));
    yudao_api::sign_out(&client(Some(access))).await?;
    let (_, ended) = refused!(refresh(), jeecg_api::RefreshUserError::Status400);
    assert_eq!((ended.success, ended.code, ended.result), (false, 401, None));
    Ok(())
}

fn main() -> Result<(), Box<dyn Failure>> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(call())?;
    println!("calls 4/5\nfailures 5/5");
    Ok(())
}
