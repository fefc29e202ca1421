import Testing

@testable import HostFacts

/// Services of compose files.
@Suite struct ComposeFileTests {
  @Test func readsServices() {
    let found = yaml(
      """
      x-common: &common
        sysctls: {net.core.somaxconn: 1024}
      services:
        a: *common
        b:
          <<: *common
          network_mode: host
        c:
          sysctls:
            - net.ipv4.tcp_syncookies=0
            - "net.core.somaxconn=${MAX}"
            - 'net.ipv4.ip_local_port_range=1024 65535'
            - nothing
      """)
    #expect(
      found == [
        "2: net.core.somaxconn|1024 net.core.somaxconn = 1024",
        "2: net.core.somaxconn|1024 net.core.somaxconn = 1024 (of the host)",
        "10: net.ipv4.tcp_syncookies|0 net.ipv4.tcp_syncookies = 0",
        "12: net.ipv4.ip_local_port_range|1024 65535 net.ipv4.ip_local_port_range = 1024 65535",
        "1 templated",
      ])
  }

  @Test func servicesHaveTheNamespacesOfOthers() {
    let found = yaml(
      """
      services:
        a: {network_mode: host, ipc: host, sysctls: [kernel.sem=1, net.a.b=1]}
        b: {network_mode: "service:a", ipc: shareable, sysctls: [kernel.sem=1, net.a.b=1]}
        c: {network_mode: "container:a", ipc: "container:a", sysctls: [kernel.sem=1, net.a.b=1]}
        d: {network_mode: "service:d", ipc: $IPC, sysctls: [kernel.sem=1, net.a.b=1]}
        e: {extends: a, sysctls: [kernel.sem=1, net.a.b=1]}
        f: {uts: host, sysctls: [kernel.domainname=x, vm.a=1]}
      """)
    #expect(
      found.map { $0.split(separator: "=").last.map(String.init) }
        == [
          " 1 (of the host)", " 1 (of the host)", " 1", " 1 (of the host)",
          " 1 (perhaps of the host)", " 1 (perhaps of the host)", " 1 (perhaps of the host)",
          " 1 (perhaps of the host)", " 1 (perhaps of the host)", " 1 (perhaps of the host)",
          " x (of the host)", " 1",
        ])
  }

  @Test(
    arguments: [
      ("net.core.somaxconn", "network"), ("net/vendor/x", "network"), ("kernel.shmmax", "ipc"),
      ("kernel.sem", "ipc"), ("fs.mqueue.msg_max", "ipc"), ("kernel.domainname", "uts"),
      ("kernel.hostname", nil), ("vm.max_map_count", nil), ("fs.inotify.max_user_watches", nil),
      ("kernel.pid_max", nil), ("fs.mqueue", nil), ("network.x", nil),
    ] as [(String, String?)])
  func parametersOfContainers(_ key: String, _ namespace: String?) {
    #expect(ContainerNamespace(of: SysctlKey(key))?.rawValue == namespace)
  }
}
