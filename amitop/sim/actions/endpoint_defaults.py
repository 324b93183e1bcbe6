"""What PJSIPShowEndpoint says of an endpoint that pjsip.conf says little of: the keys of 22.10, in order."""

from __future__ import annotations

_TEXT = (
    "RpidImmediate=false|Webrtc=no|Ignore183WithoutSdp=false|SendAoc=false|DeviceStateBusyAt=0|T38UdptlMaxdatagram=0|"
    "CodecPrefsIncomingAnswer=prefer:pending, operation:intersect, keep:all, transcode:allow|SecurityNegotiation=no|"
    "DtlsRekey=0|RtpPortEnd=0|NamedPickupGroup=|DirectMediaMethod=invite|SendRpid=false|PickupGroup=|"
    "SdpSession=Asterisk|DtlsVerify=No|MessageContext=|Tenantid=|Mailboxes=|RecordOnFeature=automixmon|"
    "DtlsPrivateKey=|DtlsFingerprint=SHA-256|OverlapContext=|OutgoingCallOfferPref=remote_merge|RtpPortStart=0|"
    "FromDomain=|TimersSessExpires=1800|NamedCallGroup=|DtlsCipher=|MediaEncryptionOptimistic=false|"
    "SuppressQ850ReasonHeaders=false|Aors={Aors}|IdentifyBy=username,ip|CalleridPrivacy=allowed_not_screened|"
    "MwiSubscribeReplacesUnsolicited=no|CosAudio=0|FollowEarlyMediaFork=true|Context={Context}|RtpSymmetric=false|"
    "Transport=|MohSuggest=default|T38Udptl=false|FaxDetect=false|T38BindUdptlToMediaAddress=false|TosVideo=0|"
    "SrtpTag32=false|ReferBlindProgress=true|MaxAudioStreams=1|Bundle=false|UseAvpf=false|CallGroup=|"
    "SendConnectedLine=yes|FaxDetectTimeout=0|SdpOwner=-|ForceRport=true|CalleridTag=|RtpTimeoutHold=0|"
    "SuppressMohOnSendonly=false|UsePtime=false|MediaAddress=|VoicemailExtension=|RtpTimeout=0|StirShaken=no|SetVar=|"
    "ContactAcl=|PreferredCodecOnly=false|GeolocOutgoingCallProfile=|ForceAvp=false|RecordOffFeature=automixmon|"
    "FromUser=|SendDiversion=true|SendHistoryInfo=false|T38UdptlIpv6=false|ToneZone=|Language=|AllowSubscribe=true|"
    "RtpIpv6=false|Callerid={Callerid}|MohPassthrough=false|CosVideo=0|DtlsAutoGenerateCert=No|"
    "AsymmetricRtpCodec=false|GeolocIncomingCallProfile=|IceSupport=false|AggregateMwi=true|OneTouchRecording=false|"
    "MwiFromUser=|RedirectMethod=user|Accountcode=|"
    "CodecPrefsOutgoingAnswer=prefer:pending, operation:intersect, keep:all, transcode:allow|Allow=(ulaw)|"
    "RewriteContact=false|UserEqPhone=false|RtpEngine=asterisk|FollowRedirectMethods=|SubscribeContext=|"
    "NotifyEarlyInuseRinging=false|IncomingMwiMailbox=|IncomingCallOfferPref=local|AllowUnauthenticatedOptions=false|"
    "Auth={Auth}|DirectMediaGlareMitigation=none|TrustIdInbound=false|StirShakenProfile=|BindRtpToMediaAddress=false|"
    "DisableDirectMediaOnNat=false|MediaEncryption=no|MediaUseReceivedTransport=false|AllowOverlap=true|"
    "DtmfMode=rfc4733|OutboundAuth={OutboundAuth}|TosAudio=0|DtlsCertFile=|DtlsCaPath=|DtlsSetup=active|"
    "ConnectedLineMethod=invite|G726NonStandard=false|100rel=yes|Timers=yes|DirectMedia=false|Acl=|TimersMinSe=90|"
    "TrustIdOutbound=false|SubMinExpiry=0|RtcpMux=false|MaxVideoStreams=1|AcceptMultipleSdpAnswers=false|"
    "CodecPrefsIncomingOffer=prefer:pending, operation:intersect, keep:all, transcode:allow|"
    "CodecPrefsOutgoingOffer=prefer:pending, operation:union, keep:all, transcode:allow|TrustConnectedLine=yes|"
    "SendPai=false|RtpKeepalive=0|T38UdptlEc=none|T38UdptlNat=false|AllowTransfer=true|DtlsCaFile=|OutboundProxy=|"
    "InbandProgress=false|DeviceState={DeviceState}|ActiveChannels={ActiveChannels}"
)

DETAIL: tuple[tuple[str, str], ...] = tuple(tuple(word.split("=", 1)) for word in _TEXT.split("|"))  # type: ignore[misc]
"""Key and value of EndpointDetail after ObjectName; a value in braces is the endpoint's own."""

AOR: tuple[tuple[str, str], ...] = (
    ("MinimumExpiration", "60"),
    ("DefaultExpiration", "3600"),
    ("QualifyTimeout", "3.000000"),
    ("Qualify2xxOnly", "false"),
    ("Mailboxes", ""),
    ("SupportPath", "false"),
    ("RemoveUnavailable", "false"),
    ("VoicemailExtension", ""),
    ("MaxContacts", "{MaxContacts}"),
    ("AuthenticateQualify", "false"),
    ("Contacts", "{Contacts}"),
    ("MaximumExpiration", "7200"),
    ("QualifyFrequency", "{QualifyFrequency}"),
    ("RemoveExisting", "false"),
    ("OutboundProxy", ""),
)
"""The same of AorList and AorDetail."""
