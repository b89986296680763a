"""Certificates for a test, made by the openssl program: an authority of the test's own, and what it signs."""
import pathlib
import subprocess

CONFIG = """
[ca]
default_ca = here
[here]
dir = {folder}
database = {folder}/index.txt
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
policy = any
unique_subject = no
copy_extensions = none
[any]
commonName = supplied
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
"""


def openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"openssl {arguments}: {done.stderr}")


class Authority:
    def __init__(self, folder, name="Test Root"):
        self.folder = pathlib.Path(folder) / name.replace(" ", "-").lower()
        self.folder.mkdir()
        self.count = 0
        (self.folder / "index.txt").touch()
        (self.folder / "serial").write_text("1000\n")
        self.config = self.folder / "openssl.cnf"
        self.config.write_text(CONFIG.format(folder=self.folder))
        self.certificate = self.folder / "root.pem"
        self.key = self.folder / "root.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                "-config", self.config, "-extensions", "root", "-keyout", self.key, "-out", self.certificate, "-days", 30)

    def issue(self, name, alternatives=None, start="20200101000000Z", end="20990101000000Z", rsa=False, issuer=None,
              authority=False):
        """(certificate file, key file) for `name`; `alternatives` as openssl writes them ("DNS:a.test,IP:127.0.0.1")."""
        self.count += 1
        key, request, out, extensions = (self.folder / f"{self.count}.{kind}" for kind in ("key", "csr", "pem", "ext"))
        kind = ["rsa:2048"] if rsa else ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        openssl("req", "-newkey", *kind, "-nodes", "-subj", f"/CN={name}", "-config", self.config, "-keyout", key, "-out",
                request)
        lines = "basicConstraints = critical, CA:" + ("TRUE" if authority else "FALSE") + "\n"
        if alternatives != "":
            lines += "subjectAltName = " + (alternatives or f"DNS:{name}") + "\n"
        extensions.write_text(lines)
        signer, signer_key = issuer or (self.certificate, self.key)
        openssl("ca", "-batch", "-notext", "-config", self.config, "-cert", signer, "-keyfile", signer_key, "-in", request,
                "-out", out, "-extfile", extensions, "-startdate", start, "-enddate", end)
        return out, key

    def self_signed(self, name):
        self.count += 1
        key, out = (self.folder / f"{self.count}.{kind}" for kind in ("key", "pem"))
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                "-addext", f"subjectAltName=DNS:{name}", "-keyout", key, "-out", out, "-days", 30)
        return out, key
