internal import YAML

// Kubernetes: `securityContext.sysctls` of a pod, wherever one stands: in a Pod, in the template of a
// Deployment, StatefulSet, DaemonSet, Job or CronJob, in a List, in a resource of somebody's own, and
// in the values of a Helm chart. `securityContext` of a container has no such list, but
// the command of a privileged one may run sysctl. And what a kubelet
// lets pods set: `allowedUnsafeSysctls` of its configuration, and its option in the configuration of
// kubeadm, where `kubeletExtraArgs` is a mapping, or a list of names and values.
// https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/
extension ForeignFile {
  /// How deep the search goes: a CronJob's is at level 8.
  private static let depthLimit = 32

  mutating func readKubernetes(_ node: YAMLNode, depth: Int = 0) {
    guard depth < Self.depthLimit else { return }
    for element in node.elements { readKubernetes(element, depth: depth + 1) }
    let entries = node.entries
    // What such a policy admits, a kubelet may refuse.
    if node["kind"]?.text == "PodSecurityPolicy" { return }
    if node["name"]?.text == Self.kubeletOption, let value = node["value"] { readOption(value) }
    for entry in entries {
      if entry.key.hasSuffix("ecurityContext") {
        for list in alternatives(for: "sysctls", in: entry.value) {
          for sysctl in list.elements { readPodSysctl(sysctl, ofPod: node) }
        }
      } else if entry.key.hasSuffix("ontainers") {
        for container in entry.value.elements {
          addCommand(container["command"], container["args"])
          for hook in container["lifecycle"]?.entries ?? [] {
            addCommand(hook.value["exec"]?["command"], nil)
          }
        }
      } else if entry.key == "allowedUnsafeSysctls" {
        for pattern in entry.value.elements {
          written(pattern).map { allow($0) }
        }
      } else if entry.key == Self.kubeletOption {
        readOption(entry.value)
      }
      readKubernetes(entry.value, depth: depth + 1)
    }
  }

  /// Notes what a container's command sets; its arguments follow it.
  mutating func addCommand(_ command: YAMLNode?, _ arguments: YAMLNode?) {
    add(.container, assignments(ofCommand: command, arguments), dependent: .command)
  }

  private static let kubeletOption = "allowed-unsafe-sysctls"

  private mutating func readOption(_ node: YAMLNode) {
    for pattern in (node.text ?? "").split(separator: ",") {
      allow(Text(text: trimmed(pattern), range: node.range))
    }
  }

  private mutating func readPodSysctl(_ node: YAMLNode, ofPod pod: YAMLNode) {
    let values = alternatives(for: "value", in: node)
    for key in alternatives(for: "name", in: node).compactMap(written) {
      let place = key.range.lowerBound
      let namespaces = hostNamespaces(ofPod: pod, at: place)
      guard mayLookAt(values.count) else { return }
      for node in values where branches.mayHave(node.range.lowerBound, with: place) {
        guard let value = written(node) else { continue }
        if key.text.hasVariables || value.text.hasVariables {
          addTemplated()
        } else {
          add(
            .kubernetes, key: key, value: value, dependent: .pod, hostNamespaces: namespaces,
            valueType: Self.type(node))
        }
      }
    }
  }

  private static let namespaceSettings: [(setting: String, namespace: ContainerNamespace)] = [
    ("hostNetwork", .network), ("hostIPC", .ipc),
  ]

  /// Which namespaces of a pod are the host's, wherever there is what stands at an offset.
  private mutating func hostNamespaces(
    ofPod pod: YAMLNode, at offset: Int
  ) -> [ContainerNamespace: Bool] {
    var namespaces: [ContainerNamespace: Bool] = [:]
    guard mayLookAt(pod.entries.count) else { return namespaces }
    for (setting, namespace) in Self.namespaceSettings {
      namespaces[namespace] = value(of: setting, in: pod, at: offset, otherwise: false) {
        $0.text.flatMap(Self.boolean)
      }
    }
    return namespaces
  }

  /// What a scalar is to the API server, which reads YAML 1.1.
  private static func type(_ node: YAMLNode) -> SysctlStatement.ScalarType {
    guard case .scalar(let scalar) = node.content else { return .text }
    switch scalar.form {
    case .null, .text: return .text
    case .bool: return .boolean
    case .int, .double: return .number
    case .ambiguous: return boolean(scalar.value) == nil ? .number : .boolean
    }
  }

  /// A boolean of YAML 1.1; nil for anything else.
  static func boolean(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "yes", "on": true
    case "false", "no", "off": false
    default: nil
    }
  }
}
