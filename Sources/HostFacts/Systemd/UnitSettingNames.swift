/// The settings that systemd knows, by section, for units of services and sockets.
///
/// From the tables of systemd 252 (`systemd --dump-configuration-items`, load-fragment-gperf) and 257;
/// the versions in between from the notes "Added in version" of its manual pages. Settings of old
/// that systemd still takes, with or without effect, are among them.
enum UnitSettingNames {
  /// Whether a section takes a setting; `since` is the version that brought it, nil before 253.
  static func find(_ name: String, in section: String) -> (isKnown: Bool, since: Int?) {
    (tables(section).contains { $0.contains(name) }, since[name])
  }

  /// The sections that take a setting, in alphabetical order.
  static func sections(of name: String) -> [String] {
    ["Install", "Service", "Socket", "Unit"].filter { section in
      tables(section).contains { $0.contains(name) }
    }
  }

  /// The names that a section takes.
  static func tables(_ section: String) -> [SortedText] {
    switch section {
    case "Unit": ofUnits
    case "Service": ofServices
    case "Socket": ofSockets
    case "Install": ofInstall
    default: []
    }
  }

  private static let ofUnits = [names(unit)]
  private static let ofServices = [names(ofBoth), names(service)]
  private static let ofSockets = [names(ofBoth), names(socket)]
  private static let ofInstall = [names(install)]

  private static func names(_ text: StaticString) -> SortedText {
    SortedText(text, isListOfWords: true)
  }

  private static let since: [String: Int] = [
    "BindLogSockets": 257, "CoredumpReceive": 255, "DefaultStartupMemoryLow": 253,
    "DelegateSubgroup": 254, "ExtensionImagePolicy": 254, "FileDescriptorStorePreserve": 254,
    "ImportCredential": 254, "LogFilterPatterns": 253,
    "ManagedOOMMemoryPressureDurationSec": 257, "MemoryKSM": 254,
    "MemoryPressureThresholdSec": 254, "MemoryPressureWatch": 254, "MemoryZSwapMax": 253,
    "MemoryZSwapWriteback": 256, "MountImagePolicy": 254, "NFTSet": 255, "OpenFile": 253,
    "PassFileDescriptorsToExec": 256, "PollLimitBurst": 255, "PollLimitIntervalSec": 255,
    "PrivatePIDs": 257, "ReloadSignal": 253, "RestartMaxDelaySec": 254, "RestartMode": 254,
    "RestartSteps": 254, "RootEphemeral": 254, "RootImagePolicy": 254,
    "SetLoginEnvironment": 255, "StartupMemoryHigh": 253, "StartupMemoryLow": 253,
    "StartupMemoryMax": 253, "StartupMemorySwapMax": 253, "StartupMemoryZSwapMax": 253,
    "SurviveFinalKillSignal": 255, "UpheldBy": 254, "WantsMountsFor": 256,
  ]

  private static let install: StaticString = """
    Alias Also DefaultInstance RequiredBy UpheldBy WantedBy
    """

  private static let unit: StaticString = """
    After AllowIsolate AssertACPower AssertArchitecture AssertCPUFeature AssertCPUPressure
    AssertCPUs AssertCapability AssertControlGroupController AssertCredential
    AssertDirectoryNotEmpty AssertEnvironment AssertFileIsExecutable AssertFileNotEmpty
    AssertFirstBoot AssertGroup AssertHost AssertIOPressure AssertKernelCommandLine
    AssertKernelVersion AssertMemory AssertMemoryPressure AssertNeedsUpdate AssertOSRelease
    AssertPathExists AssertPathExistsGlob AssertPathIsDirectory AssertPathIsEncrypted
    AssertPathIsMountPoint AssertPathIsReadWrite AssertPathIsSymbolicLink AssertSecurity
    AssertUser AssertVirtualization Before BindTo BindsTo CollectMode ConditionACPower
    ConditionArchitecture ConditionCPUFeature ConditionCPUPressure ConditionCPUs
    ConditionCapability ConditionControlGroupController ConditionCredential
    ConditionDirectoryNotEmpty ConditionEnvironment ConditionFileIsExecutable
    ConditionFileNotEmpty ConditionFirmware ConditionFirstBoot ConditionGroup ConditionHost
    ConditionIOPressure ConditionKernelCommandLine ConditionKernelVersion ConditionMemory
    ConditionMemoryPressure ConditionNeedsUpdate ConditionOSRelease ConditionPathExists
    ConditionPathExistsGlob ConditionPathIsDirectory ConditionPathIsEncrypted
    ConditionPathIsMountPoint ConditionPathIsReadWrite ConditionPathIsSymbolicLink
    ConditionSecurity ConditionUser ConditionVirtualization Conflicts DefaultDependencies
    Description Documentation FailureAction FailureActionExitStatus IgnoreOnIsolate
    IgnoreOnSnapshot JobRunningTimeoutSec JobTimeoutAction JobTimeoutRebootArgument JobTimeoutSec
    JoinsNamespaceOf OnFailure OnFailureIsolate OnFailureJobMode OnSuccess OnSuccessJobMode
    PartOf PropagateReloadFrom PropagateReloadTo PropagatesReloadTo PropagatesStopTo
    RebootArgument RefuseManualStart RefuseManualStop ReloadPropagatedFrom Requires
    RequiresMountsFor RequiresOverridable Requisite RequisiteOverridable SourcePath
    StartLimitAction StartLimitBurst StartLimitInterval StartLimitIntervalSec StopPropagatedFrom
    StopWhenUnneeded SuccessAction SuccessActionExitStatus SurviveFinalKillSignal Upholds Wants
    WantsMountsFor
    """

  private static let service: StaticString = """
    BusName BusPolicy ExecCondition ExecReload ExecStart ExecStop ExitType FailureAction
    FileDescriptorStoreMax FileDescriptorStorePreserve GuessMainPID NonBlocking NotifyAccess
    OOMPolicy OpenFile PIDFile PermissionsStartOnly RebootArgument ReloadSignal RemainAfterExit
    Restart RestartForceExitStatus RestartMaxDelaySec RestartMode RestartPreventExitStatus
    RestartSec RestartSteps RootDirectoryStartOnly RuntimeMaxSec RuntimeRandomizedExtraSec
    Sockets StartLimitAction StartLimitBurst StartLimitInterval SuccessExitStatus
    SysVStartPriority TimeoutAbortSec TimeoutStartFailureMode TimeoutStartSec
    TimeoutStopFailureMode TimeoutStopSec Type USBFunctionDescriptors USBFunctionStrings
    WatchdogSec
    """

  private static let socket: StaticString = """
    Accept Backlog BindIPv6Only BindToDevice Broadcast DeferAcceptSec DirectoryMode ExecStopPre
    FileDescriptorName FlushPending FreeBind IPTOS IPTTL KeepAlive KeepAliveIntervalSec
    KeepAliveProbes KeepAliveTimeSec ListenDatagram ListenFIFO ListenMessageQueue ListenNetlink
    ListenSequentialPacket ListenSpecial ListenStream ListenUSBFunction Mark MaxConnections
    MaxConnectionsPerSource MessageQueueMaxMessages MessageQueueMessageSize NoDelay
    PassCredentials PassFileDescriptorsToExec PassPacketInfo PassSecurity PipeSize PollLimitBurst
    PollLimitIntervalSec Priority ReceiveBuffer RemoveOnStop ReusePort SELinuxContextFromNet
    SendBuffer Service SmackLabel SmackLabelIPIn SmackLabelIPOut SocketGroup SocketMode
    SocketProtocol SocketUser Symlinks TCPCongestion Timestamping Transparent TriggerLimitBurst
    TriggerLimitIntervalSec Writable
    """

  /// Of execution, resources and killing.
  private static let ofBoth: StaticString = """
    AllowedCPUs AllowedMemoryNodes AmbientCapabilities AppArmorProfile BPFProgram BindLogSockets
    BindPaths BindReadOnlyPaths BlockIOAccounting BlockIODeviceWeight BlockIOReadBandwidth
    BlockIOWeight BlockIOWriteBandwidth CPUAccounting CPUAffinity CPUQuota CPUQuotaPeriodSec
    CPUSchedulingPolicy CPUSchedulingPriority CPUSchedulingResetOnFork CPUShares CPUWeight
    CacheDirectory CacheDirectoryMode Capabilities CapabilityBoundingSet ConfigurationDirectory
    ConfigurationDirectoryMode CoredumpFilter CoredumpReceive DefaultMemoryLow DefaultMemoryMin
    DefaultStartupMemoryLow Delegate DelegateSubgroup DeviceAllow DevicePolicy DisableControllers
    DynamicUser Environment EnvironmentFile ExecPaths ExecSearchPath ExecStartPost ExecStartPre
    ExecStopPost ExtensionDirectories ExtensionImagePolicy ExtensionImages FinalKillSignal Group
    IOAccounting IODeviceLatencyTargetSec IODeviceWeight IOReadBandwidthMax IOReadIOPSMax
    IOSchedulingClass IOSchedulingPriority IOWeight IOWriteBandwidthMax IOWriteIOPSMax
    IPAccounting IPAddressAllow IPAddressDeny IPCNamespacePath IPEgressFilterPath
    IPIngressFilterPath IgnoreSIGPIPE ImportCredential InaccessibleDirectories InaccessiblePaths
    KeyringMode KillMode KillSignal LimitAS LimitCORE LimitCPU LimitDATA LimitFSIZE LimitLOCKS
    LimitMEMLOCK LimitMSGQUEUE LimitNICE LimitNOFILE LimitNPROC LimitRSS LimitRTPRIO LimitRTTIME
    LimitSIGPENDING LimitSTACK LoadCredential LoadCredentialEncrypted LockPersonality
    LogExtraFields LogFilterPatterns LogLevelMax LogNamespace LogRateLimitBurst
    LogRateLimitIntervalSec LogsDirectory LogsDirectoryMode ManagedOOMMemoryPressure
    ManagedOOMMemoryPressureDurationSec ManagedOOMMemoryPressureLimit ManagedOOMPreference
    ManagedOOMSwap MemoryAccounting MemoryDenyWriteExecute MemoryHigh MemoryKSM MemoryLimit
    MemoryLow MemoryMax MemoryMin MemoryPressureThresholdSec MemoryPressureWatch MemorySwapMax
    MemoryZSwapMax MemoryZSwapWriteback MountAPIVFS MountFlags MountImagePolicy MountImages
    NFTSet NUMAMask NUMAPolicy NetClass NetworkNamespacePath Nice NoExecPaths NoNewPrivileges
    OOMScoreAdjust PAMName PassEnvironment Personality PrivateDevices PrivateIPC PrivateMounts
    PrivateNetwork PrivatePIDs PrivateTmp PrivateUsers ProcSubset ProtectClock
    ProtectControlGroups ProtectHome ProtectHostname ProtectKernelLogs ProtectKernelModules
    ProtectKernelTunables ProtectProc ProtectSystem ReadOnlyDirectories ReadOnlyPaths
    ReadWriteDirectories ReadWritePaths RemoveIPC RestartKillSignal RestrictAddressFamilies
    RestrictFileSystems RestrictNamespaces RestrictNetworkInterfaces RestrictRealtime
    RestrictSUIDSGID RootDirectory RootEphemeral RootHash RootHashSignature RootImage
    RootImageOptions RootImagePolicy RootVerity RuntimeDirectory RuntimeDirectoryMode
    RuntimeDirectoryPreserve SELinuxContext SecureBits SendSIGHUP SendSIGKILL SetCredential
    SetCredentialEncrypted SetLoginEnvironment Slice SmackProcessLabel SocketBindAllow
    SocketBindDeny StandardError StandardInput StandardInputData StandardInputText StandardOutput
    StartupAllowedCPUs StartupAllowedMemoryNodes StartupBlockIOWeight StartupCPUShares
    StartupCPUWeight StartupIOWeight StartupMemoryHigh StartupMemoryLow StartupMemoryMax
    StartupMemorySwapMax StartupMemoryZSwapMax StateDirectory StateDirectoryMode
    SupplementaryGroups SyslogFacility SyslogIdentifier SyslogLevel SyslogLevelPrefix
    SystemCallArchitectures SystemCallErrorNumber SystemCallFilter SystemCallLog TTYColumns
    TTYPath TTYReset TTYRows TTYVHangup TTYVTDisallocate TasksAccounting TasksMax
    TemporaryFileSystem TimeoutCleanSec TimeoutSec TimerSlackNSec UMask UnsetEnvironment User
    UtmpIdentifier UtmpMode WatchdogSignal WorkingDirectory
    """
}
