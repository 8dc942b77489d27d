"""Makes the files in this folder with other people's programs: pysaml2 (which runs xmlsec1), signxml, lxml.

    python -m venv v && v/bin/pip install pysaml2 signxml lxml && apt-get install xmlsec1 && v/bin/python make.py
"""

import datetime
import json
import pathlib
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from saml2 import BINDING_HTTP_POST, config, server
from saml2.saml import NAMEID_FORMAT_UNSPECIFIED, NameID
from signxml import XMLSigner, methods

HERE = pathlib.Path(__file__).parent
ENTITY = "https://idp.example/metadata"
RECIPIENT = "https://sp.example/saml"
AUDIENCE = "urn:example:sp"
KEYS = {
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
    "other": lambda: rsa.generate_private_key(65537, 2048),
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "p521": lambda: ec.generate_private_key(ec.SECP521R1()),
}


def key(name, until=datetime.datetime(2046, 1, 1)):
    path = HERE / f"{name}.pkcs8.der"
    if not path.exists():
        path.write_bytes(KEYS[name]().private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    private = serialization.load_der_private_key(path.read_bytes(), None)
    certificate = HERE / f"{name}.cert.der"
    if not certificate.exists():
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.example")])
        made = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(private.public_key())
                .serial_number(x509.random_serial_number()).not_valid_before(datetime.datetime(2026, 1, 1))
                .not_valid_after(until).sign(private, hashes.SHA256()))
        certificate.write_bytes(made.public_bytes(serialization.Encoding.DER))
    return private, x509.load_der_x509_certificate(certificate.read_bytes())


def pem(name):
    private, certificate = key(name)
    return (private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                  serialization.NoEncryption()),
            certificate.public_bytes(serialization.Encoding.PEM))


SP = f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{AUDIENCE}">
<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol" WantAssertionsSigned="true">
<md:AssertionConsumerService Binding="{BINDING_HTTP_POST}" Location="{RECIPIENT}" index="0"/>
</md:SPSSODescriptor></md:EntityDescriptor>"""


def of_pysaml2():
    folder = pathlib.Path(tempfile.mkdtemp())
    private, certificate = pem("rsa")
    (folder / "key.pem").write_bytes(private)
    (folder / "cert.pem").write_bytes(certificate)
    made = config.IdPConfig().load({
        "entityid": ENTITY,
        "key_file": str(folder / "key.pem"),
        "cert_file": str(folder / "cert.pem"),
        "xmlsec_binary": "/usr/bin/xmlsec1",
        "metadata": {"inline": [SP]},
        "service": {"idp": {
            "endpoints": {"single_sign_on_service": [("https://idp.example/sso", BINDING_HTTP_POST)]},
            "policy": {"default": {"lifetime": {"minutes": 60}, "attribute_restrictions": None,
                                   "name_form": "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"}},
        }},
    })
    idp = server.Server(config=made)
    from saml2.metadata import entity_descriptor
    (HERE / "pysaml2.metadata.xml").write_text(str(entity_descriptor(made)))
    for name, response, assertion in (("response", True, False), ("assertion", False, True), ("both", True, True)):
        text = idp.create_authn_response(
            {"mail": ["alice@example"], "givenName": ["Älice & <Bob>"]}, None, RECIPIENT, AUDIENCE,
            name_id=NameID(format=NAMEID_FORMAT_UNSPECIFIED, text="alice"),
            authn={"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password", "authn_auth": ENTITY},
            sign_response=response, sign_assertion=assertion,
            sign_alg="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            digest_alg="http://www.w3.org/2001/04/xmlenc#sha256")
        (HERE / f"pysaml2.{name}.xml").write_text(str(text))


def of_signxml():
    template = (HERE / "template.xml").read_text()
    for name, algorithm, digest in (("rsa", "rsa-sha256", "sha256"), ("rsa", "rsa-sha384", "sha384"),
                                    ("rsa", "rsa-sha512", "sha512"), ("p256", "ecdsa-sha256", "sha256"),
                                    ("p384", "ecdsa-sha384", "sha384"), ("p521", "ecdsa-sha512", "sha512")):
        private, certificate = pem(name)
        signer = XMLSigner(method=methods.enveloped, signature_algorithm=algorithm, digest_algorithm=digest,
                           c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#")
        root = etree.fromstring(template.encode())
        assertion = root.find("{urn:oasis:names:tc:SAML:2.0:assertion}Assertion")
        signed = signer.sign(assertion, key=private, cert=[certificate.decode()], reference_uri="#" + assertion.get("ID"))
        root.replace(assertion, signed)
        (HERE / f"signxml.{algorithm}.xml").write_bytes(etree.tostring(root))


DOCUMENTS = [
    # xml-exc-c14n §2.2 and §2.1.
    ('<n0:local xmlns:n0="foo:bar" xmlns:n3="ftp://example.org"><n1:elem2 xmlns:n1="http://example.net" xml:lang="en">'
     '<n3:stuff xmlns:n3="ftp://example.org"/></n1:elem2></n0:local>', "*", []),
    ('<n2:pdu xmlns:n1="http://example.com" xmlns:n2="http://foo.example" xml:lang="fr" xml:space="retain">'
     '<n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"/></n1:elem2></n2:pdu>',
     "*", []),
    # xml-c14n §3.3 without its document type: names in order, empty elements, defaults taken back.
    ('<doc><e1   /><e2   ></e2><e3   name = "elem3"   id="elem3"   /><e4   name="elem4"   id="elem4"   ></e4>'
     '<e5 a:attr="out" b:attr="sorted" attr2="all" attr="I\'m" xmlns:b="http://www.ietf.org" '
     'xmlns:a="http://www.w3.org" xmlns="http://example.org"/><e6 xmlns="" xmlns:a="http://www.w3.org">'
     '<e7 xmlns="http://www.ietf.org"><e8 xmlns="" xmlns:a="http://www.w3.org"><e9 xmlns="" xmlns:a="http://www.ietf.org"/>'
     '</e8></e7></e6></doc>', ".", []),
    # xml-c14n §3.4: characters.
    ('<doc><text>First line&#x0d;&#10;Second line</text><value>&#x32;</value><compute><![CDATA[value>"0" && value<"10" '
     '?"valid":"error"]]></compute><compute expr=\'value>"0" &amp;&amp; value&lt;"10" ?"valid":"error"\'>valid</compute>'
     '<norm attr=\' &apos;   &#x20;&#13;&#xa;&#9;   &apos; \'/></doc>', ".", []),
    ('<a:r xmlns:a="urn:a" xmlns:b="urn:b" xmlns:c="urn:c" xmlns="urn:d"><a:s b:x="1" y="2"><t/><b:u xmlns:c="urn:e" '
     'c:z="3"/></a:s></a:r>', "*", []),
    ('<a:r xmlns:a="urn:a" xmlns:b="urn:b" xmlns:c="urn:c" xmlns="urn:d"><a:s><t/><b:u xmlns:c="urn:e"/></a:s></a:r>',
     "*", ["c", "b"]),
    ('<r xmlns="urn:d" xmlns:xs="urn:xs"><a:s xmlns:a="urn:a"><t xmlns=""/></a:s></r>', "*", ["xs", "none"]),
    ('<r xmlns="urn:d"><a:s xmlns:a="urn:a"><t xmlns=""><u/></t><t/></a:s></r>', "*", []),
    ('<r xmlns:a="urn:a"><a:s><a:t xmlns:a="urn:b"><a:u xmlns:a="urn:a"/></a:t></a:s></r>', "*", []),
    ('<r z="1" a="2" xmlns:p="urn:z" xmlns:q="urn:a" p:a="3" q:z="4"><s/></r>', ".", []),
    ('<r>\r\n<s a="x\r\ny\tz">é 😀 &lt;&gt;&amp;&quot;&apos; ]]&gt;</s>\r</r>', ".", []),
]


def of_lxml():
    made = []
    for document, path, prefixes in DOCUMENTS:
        element = etree.fromstring(document.encode()).find(path) if path != "." else etree.fromstring(document.encode())
        canonical = etree.tostring(element, method="c14n", exclusive=True, with_comments=False,
                                   inclusive_ns_prefixes=prefixes or None)
        made.append({"document": document, "path": path, "prefixes": prefixes, "canonical": canonical.decode()})
    (HERE / "c14n.json").write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n")


for name in KEYS:
    key(name)
of_lxml()
of_pysaml2()
of_signxml()
