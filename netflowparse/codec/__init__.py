"""Declarations into readers: the reference engine (Construct, interpreted) and the compiled one (generated functions).

Both read the same ``Struct``; both give the same dicts and report the same odd values.

    layout        what both read records by;  record: the one of a template;  display: which key holds which field
    reference     the reference engine;  reference_structure: of XDR structures
    compile       the compiled engine;  structure: of XDR structures
    plan          a declaration taken apart;  source: text to code
    namespace     what generated functions call;  text_cache: texts that are remembered
    engine        what makes the readers of one decoder;  reader: what readers are;  shapes: those of templates
    spans         where fields stand, when a problem has to say so
    What elements say of records: reports, direction, peculiarities, plausibility.
"""
