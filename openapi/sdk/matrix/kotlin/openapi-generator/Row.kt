package matrix

import java.util.HexFormat
import java.util.concurrent.ThreadLocalRandom
import org.openapitools.client.apis.CasApi
import org.openapitools.client.apis.JeecgApi
import org.openapitools.client.apis.JfinalApi
import org.openapitools.client.apis.RuoyiApi
import org.openapitools.client.apis.SystemApi
import org.openapitools.client.apis.YudaoApi
import org.openapitools.client.infrastructure.ApiClient
import org.openapitools.client.infrastructure.ClientError
import org.openapitools.client.infrastructure.ClientException
import org.openapitools.client.infrastructure.Serializer
import org.openapitools.client.models.CasFailureBody
import org.openapitools.client.models.CasStatus
import org.openapitools.client.models.FrontType
import org.openapitools.client.models.JeecgFailureBody
import org.openapitools.client.models.JfinalFailureBody
import org.openapitools.client.models.JfinalFailureState
import org.openapitools.client.models.JfinalState
import org.openapitools.client.models.MobileCodeRequest
import org.openapitools.client.models.MobileLoginRequest
import org.openapitools.client.models.RefreshUserRequest
import org.openapitools.client.models.RuoyiFailureBody
import org.openapitools.client.models.UserCreation
import org.openapitools.client.models.WeChatUserRequest
import org.openapitools.client.models.YudaoFailureBody

private val baseUrl = System.getenv("BASE_URL") ?: "http://127.0.0.1:8080"
private var called = 0
private var refused = 0

/** Calls each dialect, has each refuse a call, and says how many did both. */
fun main() {
    val id = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong())
    val mobile = "139%08d".format(ThreadLocalRandom.current().nextInt(100_000_000))

    val yudao = YudaoApi(baseUrl)
    yudao.sendMobileCode(MobileCodeRequest(mobile))
    val code = SystemApi(baseUrl).getDemoOutbox().first { it.to == mobile }.code
    val login = { validateNo: String -> yudao.signInByMobile(MobileLoginRequest(mobile = mobile, validateNo = validateNo, productType = 2)) }
    refused<YudaoFailureBody>({ login(if (code == "000000") "000001" else "000000") }) { it.code == 1002014000 && it.msg != "" }
    val signedIn = called({ login(code) }) { it.code == 0 }.data
    val token = signedIn.accessToken.value

    // The client sends a credential wherever a scheme has its name, to all operations that want one.
    ApiClient.apiKey += mapOf("X-App-Id" to "1", "accessToken" to token)
    val cas = CasApi(baseUrl)
    called({ cas.getUserInfo(signedIn.userInfo.id.toString()) }) { it.status == CasStatus.CasSuccess && it.data.phone == mobile }
    refused<CasFailureBody>({ cas.getUserInfo("9007199254740993") }) {
        it.code == 404 && it.status == CasStatus.CasFail && it.message != ""
    }

    val ruoyi = RuoyiApi(baseUrl)
    called({ ruoyi.getWeChatUserInfo(WeChatUserRequest("f$id" + "f".repeat(15))) }) { it.code == 200 && it.creationTime != null }
    refused<RuoyiFailureBody>({ ruoyi.getWeChatUserInfo(WeChatUserRequest("40029" + "0".repeat(27))) }) { it.code == 40029 && it.msg != "" }

    val jfinal = JfinalApi(baseUrl)
    val user = UserCreation(username = "day.$id", password = "violet-$id")
    called({ jfinal.createUser(user) }) { it.state == JfinalState.JfinalOk && it.userId > 0 }
    refused<JfinalFailureBody>({ jfinal.createUser(user) }) {
        it.state == JfinalFailureState.JfinalFail && it.code == 409 && it.message != ""
    }

    val jeecg = JeecgApi(baseUrl)
    called({ jeecg.refreshUser(RefreshUserRequest(token = token, frontType = FrontType.FrontPC)) }) {
        it.success && it.result.phoneNumber == mobile
    }
    refused<JeecgFailureBody>({ jeecg.refreshUser(RefreshUserRequest(token = "AT-of-nobody", frontType = FrontType.FrontPC)) }) {
        !it.success && it.code == 401 && it.message != "" && it.timestamp > 0
    }

    println("calls $called/5\nfailures $refused/5")
}

private fun <T> called(call: () -> T, holds: (T) -> Boolean): T {
    val answer = call()
    if (holds(answer)) called++ else System.err.println("not as expected: $answer")
    return answer
}

/** The body of a failure is text, which the client's own serializer reads as a model. */
private inline fun <reified F> refused(call: () -> Any, holds: (F) -> Boolean) {
    val answer = try {
        call()
    } catch (thrown: ClientException) {
        val body = (thrown.response as ClientError<*>).body as String
        val failure = Serializer.moshi.adapter(F::class.java).fromJson(body)
        if (failure != null && holds(failure)) {
            refused++
            return
        }
        body
    }
    System.err.println("not as expected: $answer")
}
