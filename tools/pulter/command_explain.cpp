#include <fmt/format.h>

#include "codec/json/writer.h"
#include "codec/net/address_policy.h"
#include "codec/net/endpoint.h"
#include "codec/net/url.h"
#include "tools/pulter/command_offline.h"

namespace pulter::tool {
namespace {

struct Explanation {
  bool allowed = false;
  std::string rule;
  std::string reads_as;  ///< the URL as it was understood; empty when it was not
  std::string address;   ///< empty: a name, looked up when a request leaves
};

Explanation explain(const ExplainOptions& options) {
  std::vector<net::Network> networks;
  for (const std::string& text : options.allow_networks) {
    Result<net::Network> network = net::parse_network(text);
    if (!network) throw Failure(ExitCode::usage, "--allow-network: " + network.error().detail);
    networks.push_back(*network);
  }
  const Result<net::Url> url = net::parse_url(options.url);
  if (!url) return {false, url.error().detail, "", ""};
  Explanation out{false, "", url->text(), url->literal ? net::to_string(*url->literal) : ""};
  if (url->scheme == net::Scheme::http && !options.allow_http) {
    out.rule =
        "http is not encrypted, so only https is allowed. Use https, or start pulterd with --allow-http.";
    return out;
  }
  const net::Verdict port = net::judge_port(url->port, options.allowed_ports);
  if (!port.allowed) {
    out.rule = port.rule;
    return out;
  }
  const net::Verdict place = url->literal ? net::judge(*url->literal, networks) : net::judge_name(url->host);
  out.allowed = place.allowed;
  out.rule = place.rule;
  return out;
}

}  // namespace

ExitCode run_explain(Context& context, const ExplainOptions& options) {
  const Explanation explanation = explain(options);
  if (context.json) {
    std::string out;
    json::Writer writer(out);
    writer.begin_object().field("url", options.url).field("allowed", explanation.allowed);
    writer.field("rule", explanation.rule).field("readsAs", explanation.reads_as);
    writer.field("address", explanation.address).end_object();
    print(out + "\n");
  } else {
    std::string out = fmt::format("{}: {}\n", explanation.allowed ? "allowed" : "refused", explanation.rule);
    if (!explanation.reads_as.empty()) out += "read as: " + explanation.reads_as + "\n";
    if (!explanation.address.empty()) {
      out += "address: " + explanation.address + "\n";
    } else if (explanation.allowed) {
      out +=
          "The name is looked up for each connection, and every address of it is judged by the same rules.\n";
    }
    print(out);
  }
  return explanation.allowed ? ExitCode::delivered : ExitCode::failed;
}

}  // namespace pulter::tool
