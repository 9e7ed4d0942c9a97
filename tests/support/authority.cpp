#include "tests/support/authority.hpp"

#include <fstream>
#include <stdexcept>
#include <utility>
#include <vector>

#include "tests/support/process.hpp"

namespace tests {
namespace {

void openssl(std::vector<std::string> words) {
  words.insert(words.begin(), "openssl");
  const Ended ended = run_command(words);
  if (ended.code != 0) throw std::runtime_error{ended.err};
}

}  // namespace

Authority::Authority(std::string folder) : folder_(std::move(folder)) {
  openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
           "-subj", "/CN=our authority", "-days", "2", "-keyout", folder_ + "/ca.key", "-out",
           certificate()});
  std::ofstream{folder_ + "/ca.index"}.close();
  std::ofstream{folder_ + "/ca.serial"} << "01\n";
}

void Authority::issue(const std::string& name, const std::string& host, const std::string& from,
                      const std::string& until) const {
  const std::string stem = folder_ + "/" + name;
  openssl({"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
           "/CN=" + name, "-keyout", stem + ".key", "-out", stem + ".csr"});
  std::ofstream{stem + ".cnf"} << "[ca]\ndefault_ca = d\n[d]\nnew_certs_dir = " << folder_
                               << "\ndatabase = " << folder_ << "/ca.index"
                               << "\nserial = " << folder_ << "/ca.serial"
                               << "\nunique_subject = no\nprivate_key = " << folder_ << "/ca.key"
                               << "\ncertificate = " << certificate()
                               << "\ndefault_md = sha256\npolicy = p\nx509_extensions = x\n"
                               << "[p]\ncommonName = supplied\n"
                               << "[x]\nsubjectAltName = " << host << "\n";
  openssl({"ca", "-batch", "-notext", "-config", stem + ".cnf", "-startdate", from, "-enddate",
           until, "-in", stem + ".csr", "-out", stem + ".pem"});
}

}  // namespace tests
