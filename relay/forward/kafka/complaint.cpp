#include "relay/forward/kafka/complaint.hpp"

#include <string_view>

#include <librdkafka/rdkafka.h>

namespace relay::forward::kafka {
namespace {

constexpr std::string_view wrong_protocol =
    R"("security.protocol" in [kafka.options] must be what this port speaks)";

/// "sasl_ssl://host:9092/bootstrap: what happened (after 5ms in state CONNECT)" in parts.
struct Said {
  std::string broker;  ///< "host:9092", or what we call it without a name.
  std::string what;
};

Said said(std::string_view text) {
  text = text.substr(0, text.rfind(" (after "));
  const std::size_t colon = text.find(": ");
  std::string_view name = text.substr(0, colon);
  const std::size_t scheme = name.find("://");
  if (scheme != std::string_view::npos) name.remove_prefix(scheme + 3);
  name = name.substr(0, name.rfind('/'));
  const bool named = colon != std::string_view::npos && name.find(':') != std::string_view::npos &&
                     name.find(' ') == std::string_view::npos;
  if (!named) return {"a broker", std::string{text}};
  return {"the broker " + std::string{name}, std::string{text.substr(colon + 2)}};
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// The numbers of OpenSSL's x509_vfy.h, X509_V_ERR_….
std::string of_certificate(int number) {
  switch (number) {
    case 9: return "is not valid yet: look at the clocks of both machines";
    case 10: return "has expired: it must be renewed there";
    case 23: return "was revoked: it must be renewed there";
    case 62:  // name
    case 64:  // address
      return "is for another host: name the brokers in [kafka] and in what they advertise as their "
             "certificates do";
    case 2:   // its issuer's is missing
    case 18:  // signed by itself
    case 19:  // … in the chain
    case 20:  // its issuer's is not here
    case 21:
      return "is from an authority that is not trusted here: give that authority's certificate by "
             R"("ssl.ca.location" in [kafka.options])";
    case 0: return R"(cannot be verified: look at "ssl.ca.location" in [kafka.options])";
    default: return "is not accepted, by reason " + std::to_string(number) + " of OpenSSL's";
  }
}

std::string of_tls(const Said& it, int certificate) {
  if (holds(it.what, "certificate verify failed")) {
    return "the certificate of " + it.broker + " " + of_certificate(certificate);
  }
  return "there is no TLS with " + it.broker + " (" + it.what + "): " + std::string{wrong_protocol};
}

std::string of_sasl(const Said& it) {
  if (holds(it.what, "mechanism handshake failed")) {
    return it.broker + " does not take this way to log in (" + it.what +
           R"(): mend "sasl.mechanism" or "security.protocol" in [kafka.options])";
  }
  return it.broker +
         R"( refuses the user or the password: mend "sasl.username" or "sasl.password" in )"
         "[kafka.options]";
}

std::string of_transport(const Said& it, int certificate) {
  if (holds(it.what, "SSL routines")) return of_tls(it, certificate);
  if (holds(it.what, "security.protocol")) {
    return it.broker + " hangs up: if it is not just starting or ending, " +
           std::string{wrong_protocol};
  }
  if (holds(it.what, "Connection refused")) {
    return "nobody listens where " + it.broker + " should be: start it, or mend [kafka] brokers";
  }
  return "no connection to " + it.broker + ": " + it.what;
}

}  // namespace

std::string sentence_of(const Complaint& complaint) {
  if (complaint.code == RD_KAFKA_RESP_ERR_NO_ERROR) return "";
  const Said it = said(complaint.text);
  switch (complaint.code) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED: return of_sasl(it);
    case RD_KAFKA_RESP_ERR__SSL: return of_tls(it, complaint.certificate);
    case RD_KAFKA_RESP_ERR__RESOLVE:
      return "the name of " + it.broker +
             " leads nowhere: mend [kafka] brokers, or what the brokers advertise";
    case RD_KAFKA_RESP_ERR__TRANSPORT: return of_transport(it, complaint.certificate);
    default: return it.broker + ": " + it.what;
  }
}

}  // namespace relay::forward::kafka
