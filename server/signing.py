"""Signatures under nanopublications, by the operator's key; the key is shown to nobody."""

from pathlib import Path
from threading import Lock

import pyoxigraph as ox
from nanopub.profile import Profile, format_key
from nanopub.sign_utils import add_signature
from rdflib import ConjunctiveGraph, Namespace, URIRef

from graph.errors import AtlasError
from server.facts import text
from server.nanopubs import Names, Nanopub, in_order

# The library wants to know whose key it is; nothing of that is written anywhere.
_NOBODY = ""
_REPAIR = (
    "give it the file of an RSA private key as PKCS #8, for example from "
    "`openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out FILE`"
)
_TRIAL = Names("urn:x", "/")


class Signer:
    """Signs nanopublications with one key, the same one always in the same way."""

    def __init__(self, private_key: str) -> None:
        """Sign with `private_key`, which is in base 64 without lines around it.

        Raises ValueError, IndexError or TypeError where that is no RSA key.
        """
        self._profile = Profile(_NOBODY, _NOBODY, private_key=private_key)
        self._lock = Lock()

    @property
    def public_key(self) -> str:
        """Return the key by which others check the signatures, in base 64."""
        return str(self._profile.public_key)

    def sign(self, nanopub: Nanopub) -> Nanopub:
        """Return `nanopub`, whose parts are under X/ if it is X, signed and with its trusty IRI.

        That is X/RA…, its parts are X/RA…#part, and RA… is a digest of all that is said. Raises
        TypeError or ValueError where the key cannot sign.
        """
        # `Nanopub.sign` of the library does just this, but asks by SPARQL for what is known here,
        # which takes longer than the rest. Neither it nor rdflib is made for threads.
        with self._lock:
            graph = ConjunctiveGraph()
            said = ox.serialize(nanopub.quads, format=ox.RdfFormat.N_QUADS) or b""
            graph.parse(data=said.decode(), format="nquads")
            namespace = Namespace(f"{nanopub.iri}/")
            publication = graph.get_context(URIRef(namespace["pubinfo"]))
            signed = add_signature(graph, self._profile, namespace, publication)
            written = signed.serialize(format="nquads")
        quads = list(ox.parse(written, format=ox.RdfFormat.N_QUADS))
        iri = text(quads[0].graph_name).partition("#")[0]
        return Nanopub(iri, in_order(iri, quads))


def read_signer(path: str) -> Signer | None:
    """Return who signs with the private key in the file at `path`; None where that is "".

    The key stands there in PEM, or as the nanopub library keeps it, without the lines around.
    Raises AtlasError where there is none, or one that cannot sign.
    """
    if not path:
        return None
    try:
        key = format_key(Path(path).read_text(encoding="ascii").strip())
    except OSError as error:
        problem = f"the nanopub key {path} cannot be read ({error.strerror}); {_REPAIR}"
        raise AtlasError(problem) from error
    except ValueError:
        key = ""
    # Without a key the library would make one up.
    signer = _try_key(key) if key else None
    if signer is None:
        raise AtlasError(f"the nanopub key {path} is no key that can sign; {_REPAIR}")
    return signer


def _try_key(key: str) -> Signer | None:
    own = _TRIAL.node
    quads = [ox.Quad(own, own, own, _TRIAL.part(name)) for name in ("assertion", "pubinfo")]
    try:
        signer = Signer(key)
        # A public key, or one that is too short, is found out only so.
        signer.sign(Nanopub(_TRIAL.iri, tuple(quads)))
    except (ValueError, IndexError, TypeError):
        # What they say could contain a part of the key.
        return None
    return signer
