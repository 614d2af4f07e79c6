package clients.beans;

import java.util.Date;
import java.util.List;

/** The answers as the five documents write them: their keys, and the types of their examples. */
final class Beans {
    private Beans() {
    }

    // Document 000.

    public static class RefreshUserResult {
        public Boolean success;
        public String message;
        public Integer code;
        public Long timestamp;
        public RefreshedUser result;
    }

    public static class RefreshedUser {
        public String username;
        public Object name;
        public Object sex;
        public Object authSex;
        public String headPortraitUrl;
        public String nickname;
        public String phoneNumber;
        public Object email;
        public Integer authStatus;
        public Integer authenticationId;
        public Integer roleType;
        public String openId;
        public Object unionId;
        public String city;
        public Object status;
        public Object authStatusName;
        public Boolean applyAlumniCard;
        public Boolean login;
        public Date createTime;
        public Date updateTime;
        public Object deleteTime;
        public Object createBy;
        public Object updateBy;
        public Integer authUserType;
        public Object authUserTypeName;
        public Boolean deleted;
        public Object lastLoginTime;
        public UserPermision userPermisionVo;
    }

    public static class UserPermision {
        public boolean auditManagement;
        public boolean facultyManagement;
        public boolean studentManagement;
        public boolean accountSettings;
    }

    // Document 001; Main reads the times.

    public static class MobileLoginResult {
        public int code;
        public MobileLoginResp data;
        public String msg;
    }

    public static class MobileLoginResp {
        public Token accessToken;
        public Token refreshToken;
        public UserInfo userInfo;
    }

    public static class Token {
        public String expire;
        public String value;
    }

    public static class UserInfo {
        public String avatarUrl;
        public Integer companyType;
        public Integer id;
        public String mobile;
        public String nickName;
        public String realName;
        public String userName;
    }

    public static class AccessTokenResult {
        public int code;
        public Token data;
        public String msg;
    }

    public static class CheckLoginStatusResult {
        public int code;
        public CheckLoginStatusResp data;
        public String msg;
    }

    public static class CheckLoginStatusResp {
        public Boolean isLogin;
        public String lastLoginTime;
    }

    // Document 002.

    public static class UserInfoResult {
        public int code;
        public String status;
        public String message;
        public UserInfoVO data;
    }

    public static class UserInfoVO {
        public Long userId;
        public String nickname;
        public Integer gender;
        public String account;
        public String avatar;
        public String phone;
        public String email;
        public List<UserOrgVO> orgList;
    }

    public static class UserOrgVO {
        public Long orgId;
        public String orgCode;
        public String orgName;
        public List<UserOrgRoleVO> roleList;
    }

    public static class UserOrgRoleVO {
        public Long roleId;
        public String roleCode;
        public String roleName;
    }

    // Document 003; five pairs of keys differ in their first letter's case alone.

    public static class WeChatUser {
        public String msg;
        public int code;
        public String CreationTime;
        public String CancelFollowTime;
        public String RegisterTime;
        public String ProductTrialTimeFrom;
        public String ProductTrialTimeTo;
        public Object startTime;
        public Object endTime;
        public Object time;
        public Object filter;
        public Object name;
        public String id;
        public Object realName;
        public String creationTime;
        public Object creatorId;
        public String userTypeCode;
        public int isBackground;
        public String phoneNumber;
        public String surname;
        public Object remark;
        public Object password;
        public String userName;
        public String email;
        public String lastModificationTime;
        public String avatarUrl;
        public String registerTime;
        public int isDeleted;
        public Object tenantId;
        public String normalizedUserName;
        public String normalizedEmail;
        public int emailConfirmed;
        public Object passwordHash;
        public String securityStamp;
        public int isExternal;
        public int phoneNumberConfirmed;
        public int isActive;
        public int twoFactorEnabled;
        public Object lockoutEnd;
        public int lockoutEnabled;
        public int accessFailedCount;
        public int shouldChangePasswordOnNextLogin;
        public Object lastPasswordChangeTime;
        public String extraProperties;
        public String concurrencyStamp;
        public Object lastModifierId;
        public Object deleterId;
        public Object deletionTime;
        public String cancelFollowTime;
        public int isFollow;
        public int isRisk;
        public String productTrialTimeFrom;
        public String productTrialTimeTo;
        public String phoneNumberMask;
        public int entityVersion;
    }

    // Document 004. A Ret is open: JFinal's own failures carry more than state, so the bean has message and code.

    public static class Ret {
        public String state;
        public String message;
        public Integer code;
    }

    public static class LoginRet extends Ret {
        public String Jwt;
    }

    public static class CreateRet extends Ret {
        public Long userId;
    }

    public static class DetailRet extends Ret {
        public User user;
    }

    public static class User {
        public Long id;
        public String username;
        public String nickname;
        public String realname;
        public String identity;
        public String password;
        public String salt;
        public String anonym;
        public String email;
        public String emailStatus;
        public String mobile;
        public String mobileStatus;
        public String gender;
        public String signature;
        public Date birthday;
        public String company;
        public String occupation;
        public String address;
        public String zipcode;
        public String site;
        public String graduateschool;
        public String education;
        public String avatar;
        public String idcardtype;
        public String idcard;
        public String remark;
        public String status;
        public Date created;
        public String createSource;
        public Date logged;
        public Date activated;
    }
}
