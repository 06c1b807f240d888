"""The words of the page of a revision, and what of its data each stands for: version 1, frozen."""

BADGES = (
    ("Evidence level", "atlas:evidenceLevel"),
    ("Confidence", "atlas:confidence"),
    ("PEM", "atlas:pemRequirement"),
    ("Publication type", "atlas:publicationType"),
    ("Peer review", "atlas:peerReview"),
)
SECTIONS = (
    ("Quick summary", "atlas:quickSummary"),
    ("Why it matters", "atlas:whyItMatters"),
    ("Observed findings", "atlas:observedFinding"),
    ("Inferred conclusions", "atlas:inferredConclusion"),
    ("Remaining questions", "atlas:remainingQuestion"),
    ("What this study does not prove", "atlas:doesNotProve"),
    ("Advanced summary", "atlas:advancedSummary"),
    ("Methodological strengths", "atlas:methodologicalStrength"),
    ("Limitations", "atlas:limitation"),
)
# First part of the path → what people call such a document, and what it says today.
NOUNS = {
    "case-definition": ("case definition", "text"),
    "evidence": ("entry", "reading"),
    "query": ("saved query", "text"),
}
QUESTION = "rdfs:comment"
ASKS = ("sh:select", "sh:construct", "sh:ask", "sh:describe")
DEMANDS = (
    ("Post-exertional malaise", "atlas:pemStatus"),
    ("Why", "atlas:pemStatusReason"),
    ("Source for that", "atlas:pemStatusSource"),
    ("Symptoms", "atlas:requiredSymptoms"),
    ("Months of illness, adults", "atlas:minimumDurationMonthsAdult"),
    ("Months of illness, children", "atlas:minimumDurationMonthsChild"),
    ("Made for", "dc:type"),
    ("Authors", "dc:creator"),
    ("Year", "atlas:year"),
    ("Published in", "atlas:publishedIn"),
    ("DOI", "bibo:doi"),
    ("PubMed", "bibo:pmid"),
    ("Revises", "atlas:revises"),
    ("Other names", "skos:altLabel"),
)
RECORD = (
    ("Recorded on", "dcterms:created"),
    ("Reason", "atlas:revisionReason"),
    ("Why", "skos:changeNote"),
    ("By", "prov:wasAttributedTo"),
    ("Editor", "dc:contributor"),
    ("Replaced by", "dcterms:isReplacedBy"),
    ("Source", "dcterms:source"),
    ("Changed", "atlas:changedAspect"),
    ("PEM before", "atlas:pemBefore"),
    ("PEM after", "atlas:pemAfter"),
    ("Policy", "atlas:policyVersion"),
    ("Generator", "atlas:generatorVersion"),
    ("Scanner", "atlas:scannerVersion"),
    ("Classifier", "atlas:classifierVersion"),
    ("Digest", "atlas:contentDigest"),
)
CONCERN = (
    ("Issued on", "dcterms:date"),
    ("By", "dc:publisher"),
    ("Notice", "dcterms:source"),
)
