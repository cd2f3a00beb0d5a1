"""Did prices move more than noise when a rule or a report became known?

`market.prices` reads price files, `market.sessions` says on which session a thing became known,
`market.study` measures, `market.telling` and `market.picture` tell. All but `market.events` need
the packages of the extra `ecluse[market]`.
"""
